-- On which servers was something sent in the window?
SELECT g.id, g.name
  FROM guilds g
 WHERE (%(guild_ids)s::bigint[] IS NULL OR g.id = ANY (%(guild_ids)s::bigint[]))
   AND EXISTS (SELECT FROM messages_in(%(since)s, %(until)s) m JOIN channels c ON c.id = m.channel_id
                WHERE c.guild_id = g.id)
 ORDER BY g.name, g.id;
