-- How busy was each channel, thread and forum post in the window, and how many people took part?
WITH found AS MATERIALIZED (
    SELECT m.id, channels.guild_id, m.channel_id, m.author_id, m.author_kind, m.kind
      FROM messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
     WHERE is_written_message(m.kind, m.author_kind, m.deleted_at)
), busy AS (
    SELECT guild_id, channel_id, count(*) AS messages,
           count(DISTINCT author_id) FILTER (WHERE author_kind = 0) AS posters,
           count(*) FILTER (WHERE kind = 19) AS replies,
           row_number() OVER (PARTITION BY guild_id ORDER BY count(*) DESC, channel_id) AS place
      FROM found GROUP BY guild_id, channel_id
), received AS (
    SELECT channel_id, sum(count) AS reactions
      FROM found JOIN reactions_in(%(since)s, %(until)s) AS reactions ON message_id = found.id GROUP BY channel_id
)
SELECT busy.guild_id, guilds.name AS guild_name, busy.channel_id, channels.name AS channel_name,
       is_thread(channels.kind) AS is_thread, channels.parent_id,
       coalesce(parent.name, channels.parent_name) AS parent_name,
       busy.messages, busy.posters, busy.replies, coalesce(received.reactions, 0) AS reactions
  FROM busy
  JOIN guilds ON guilds.id = busy.guild_id
  JOIN channels ON channels.id = busy.channel_id
  LEFT JOIN channels AS parent ON parent.id = channels.parent_id
  LEFT JOIN received ON received.channel_id = busy.channel_id
 WHERE %(limit)s::bigint IS NULL OR place <= %(limit)s
 ORDER BY busy.guild_id, place
