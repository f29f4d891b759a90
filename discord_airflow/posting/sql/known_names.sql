-- What is everybody called who was ever seen on a server?
SELECT DISTINCT name FROM user_names WHERE guild_id = %(guild_id)s AND name IS NOT NULL;
