-- What are the servers and their channels called?
SELECT guilds.id AS guild_id, guilds.name AS guild_name, channels.id AS channel_id, channels.name AS channel_name
  FROM guilds LEFT JOIN channels ON channels.guild_id = guilds.id
 ORDER BY guilds.id, channels.id
