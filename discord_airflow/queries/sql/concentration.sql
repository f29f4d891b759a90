-- How few people wrote half of what was written on each server in the window?
WITH people AS (
    SELECT channels.guild_id, m.author_id, count(*) AS messages
      FROM messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
     WHERE is_persons_message(m.kind, m.author_kind, m.deleted_at)
     GROUP BY channels.guild_id, m.author_id
), ranked AS (
    SELECT guild_id, messages,
           sum(messages) OVER (PARTITION BY guild_id) AS all_messages,
           sum(messages) OVER (PARTITION BY guild_id ORDER BY messages DESC, author_id ROWS UNBOUNDED PRECEDING)
               - messages AS messages_of_busier
      FROM people
)
SELECT ranked.guild_id, guilds.name AS guild_name, count(*) AS posters, sum(messages)::bigint AS messages,
       count(*) FILTER (WHERE 2 * messages_of_busier < all_messages) AS absence_factor
  FROM ranked JOIN guilds ON guilds.id = ranked.guild_id
 GROUP BY ranked.guild_id, guilds.name
 ORDER BY ranked.guild_id
