-- What are the channels and threads of a guild called?
SELECT id, name FROM channels WHERE guild_id = %(guild_id)s ORDER BY id;
