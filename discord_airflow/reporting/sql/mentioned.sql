-- What are the people, channels and roles called whose ids stand in a server's messages?
SELECT 'person' AS kind, users.id AS mentioned_id, coalesce(members.nickname, users.name) AS name
  FROM users LEFT JOIN members ON members.user_id = users.id AND members.guild_id = %(guild_id)s
 WHERE users.id = ANY (%(ids)s::bigint[])
UNION ALL
SELECT 'channel', id, name FROM channels WHERE guild_id = %(guild_id)s AND id = ANY (%(ids)s::bigint[])
UNION ALL
SELECT 'role', id, name FROM roles WHERE guild_id = %(guild_id)s AND id = ANY (%(ids)s::bigint[])
 ORDER BY kind, mentioned_id
