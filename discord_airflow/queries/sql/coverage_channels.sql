-- Which exported channels have the figures of a window to rest on, and what is the oldest and newest stored of each?
SELECT guilds.id AS guild_id, guilds.name AS guild_name, channels.id AS channel_id, channels.name AS channel_name,
       is_thread(channels.kind) AS is_thread,
       CASE WHEN edges.oldest_id < channels.id THEN 0 ELSE channels.id END AS made_id, edges.oldest AS oldest_message_at, edges.newest AS newest_message_at,
       coalesce((SELECT m.id FROM messages AS m
                  WHERE m.channel_id = channels.id AND m.id >= snowflake_at(%(since)s)
                  ORDER BY m.id LIMIT 1) < snowflake_at(%(until)s), false)
       OR channels.id IN (SELECT m.channel_id FROM messages AS m
                           WHERE m.off_clock AND m.sent_at >= %(since)s AND m.sent_at < %(until)s) AS has_messages
  FROM guilds
  LEFT JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
    ON channels.guild_id = guilds.id AND channels.raw IS NOT NULL
  LEFT JOIN LATERAL (
    SELECT (SELECT m.id FROM messages AS m WHERE m.channel_id = channels.id ORDER BY m.id LIMIT 1) AS oldest_id,
           (SELECT m.sent_at FROM messages AS m WHERE m.channel_id = channels.id ORDER BY m.id LIMIT 1) AS oldest,
           (SELECT m.sent_at FROM messages AS m WHERE m.channel_id = channels.id ORDER BY m.id DESC LIMIT 1) AS newest
  ) AS edges ON true
 WHERE %(guild_ids)s::bigint[] IS NULL OR guilds.id = ANY (%(guild_ids)s::bigint[])
 ORDER BY guilds.id, channels.id
