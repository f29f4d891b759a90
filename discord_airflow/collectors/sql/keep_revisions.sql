-- Which texts are not the current ones? Keep each once, with the last time it was observed; forget it when it returns.
INSERT INTO message_revisions AS r (message_id, text_digest, content, edited_at, observed_at)
SELECT DISTINCT ON (id, text_digest) id, text_digest, content, edited_at, observed_at
  FROM (SELECT i.id, lost.content, lost.edited_at, lost.observed_at,
               ('x' || substr(encode(sha256(convert_to(lost.content, 'UTF8')), 'hex'), 1, 16))::bit(64)::bigint AS text_digest
          FROM incoming_messages i
          JOIN verdicts v ON v.id = i.id
          JOIN messages m ON m.id = i.id
         CROSS JOIN LATERAL (SELECT i.content, i.edited_at, i.observed_at WHERE v.verdict = 'older'
                             UNION ALL
                             SELECT m.content, m.edited_at, v.old_observed_at WHERE v.verdict = 'edited') lost
         WHERE v.verdict IN ('edited', 'older') AND i.content <> m.content) losers
 ORDER BY id, text_digest
ON CONFLICT (message_id, text_digest) DO UPDATE
   SET edited_at = EXCLUDED.edited_at, observed_at = EXCLUDED.observed_at
 WHERE (EXCLUDED.observed_at, coalesce(EXCLUDED.edited_at, '-infinity')) > (r.observed_at, coalesce(r.edited_at, '-infinity'));

DELETE FROM message_revisions r
 USING incoming_messages i, verdicts v
 WHERE v.verdict = 'edited' AND i.id = v.id AND r.message_id = v.id AND r.content = i.content;
