-- The five busiest channels of each server.
SELECT guild_id, channel_id, count(*) AS messages FROM week GROUP BY guild_id, channel_id
QUALIFY row_number() OVER (PARTITION BY guild_id ORDER BY messages DESC, channel_id) <= 5
 ORDER BY guild_id, messages DESC, channel_id
