-- Messages and posters of each server.
SELECT guild_id, count(*), count(DISTINCT author_id) FROM week GROUP BY guild_id ORDER BY guild_id
