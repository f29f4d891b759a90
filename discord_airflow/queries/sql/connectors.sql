-- Who wrote on two or more servers in the window, and how much on each?
WITH per_guild AS (
    SELECT m.author_id, channels.guild_id, count(*) AS messages
      FROM messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
     WHERE is_persons_message(m.kind, m.author_kind, m.deleted_at)
       AND channels.guild_id <> 0  -- direct messages are no server
     GROUP BY m.author_id, channels.guild_id
    HAVING count(*) >= %(min_messages)s
), connectors AS (
    SELECT author_id, count(*) AS guilds, sum(messages)::bigint AS messages,
           row_number() OVER (ORDER BY count(*) DESC, sum(messages) DESC, author_id) AS place
      FROM per_guild GROUP BY author_id HAVING count(*) >= 2
)
SELECT connectors.author_id AS user_id, coalesce(users.name, connectors.author_id::text) AS name,
       connectors.messages, per_guild.guild_id, guilds.name AS guild_name,
       coalesce(members.nickname, users.name, connectors.author_id::text) AS name_there,
       per_guild.messages AS messages_there
  FROM connectors
  JOIN per_guild ON per_guild.author_id = connectors.author_id
  JOIN guilds ON guilds.id = per_guild.guild_id
  LEFT JOIN users ON users.id = connectors.author_id
  LEFT JOIN members ON members.guild_id = per_guild.guild_id AND members.user_id = connectors.author_id
 WHERE %(limit)s::bigint IS NULL OR place <= %(limit)s
 ORDER BY place, per_guild.messages DESC, per_guild.guild_id
