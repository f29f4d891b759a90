-- Which id ranges of a guild's channels are proven, by our own collector?
SELECT channel_id, after_id, before_id, observed_at, reason
  FROM coverage
 WHERE guild_id = %(guild_id)s AND state IN ('complete', 'empty')
 ORDER BY channel_id, after_id, before_id, observed_at;
