-- Which id ranges of a guild's channels need no other export? What our own collector has proven, and single messages that
-- came from it as they are and cannot be stored: they would come so again.
SELECT channel_id, after_id, before_id
  FROM coverage
 WHERE guild_id = %(guild_id)s
   AND (state IN ('complete', 'empty')
        OR state = 'partial' AND before_id = after_id + 2
           AND EXISTS (SELECT FROM quarantine q WHERE q.sha256 = coverage.sha256 AND q.message_id = after_id + 1))
 ORDER BY channel_id, after_id, before_id;
