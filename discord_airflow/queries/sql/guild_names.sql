-- What are the servers called?
SELECT id AS guild_id, name AS guild_name FROM guilds ORDER BY id
