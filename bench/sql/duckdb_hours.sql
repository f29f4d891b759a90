-- Messages of each hour of the weekday, Monday first.
SELECT guild_id, isodow(sent_at) - 1 AS weekday, hour(sent_at) AS hour, count(*) AS messages
  FROM week GROUP BY guild_id, weekday, hour ORDER BY guild_id, weekday, hour
