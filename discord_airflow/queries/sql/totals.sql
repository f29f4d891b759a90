-- How much is stored of each server in the window, whoever wrote it and whatever it is?
WITH found AS MATERIALIZED (
    SELECT m.id, channels.guild_id, m.channel_id, m.author_id, m.kind, m.edited_at, m.is_pinned, m.sent_at
      FROM messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
), of_messages AS (
    SELECT guild_id, count(*) AS messages, count(DISTINCT author_id) AS authors,
           count(DISTINCT channel_id) AS channels, count(*) FILTER (WHERE kind = 19) AS replies,
           count(edited_at) AS edited, count(*) FILTER (WHERE is_pinned) AS pinned,
           min(sent_at) AS first_message_at, max(sent_at) AS last_message_at
      FROM found GROUP BY guild_id
), of_carried AS (
    SELECT guild_id, sum(reactions) AS reactions, sum(attachments) AS attachments, sum(embeds) AS embeds,
           sum(mentions) AS mentions, sum(stickers) AS stickers
      FROM found JOIN carried_in(%(since)s, %(until)s) AS carried ON carried.message_id = found.id GROUP BY guild_id
)
SELECT guilds.id AS guild_id, guilds.name AS guild_name,
       coalesce(messages, 0) AS messages, coalesce(authors, 0) AS authors, coalesce(channels, 0) AS channels,
       coalesce(replies, 0) AS replies, coalesce(reactions, 0) AS reactions,
       coalesce(attachments, 0) AS attachments, coalesce(embeds, 0) AS embeds, coalesce(mentions, 0) AS mentions,
       coalesce(stickers, 0) AS stickers, coalesce(edited, 0) AS edited, coalesce(pinned, 0) AS pinned,
       first_message_at, last_message_at
  FROM guilds
  LEFT JOIN of_messages ON of_messages.guild_id = guilds.id
  LEFT JOIN of_carried ON of_carried.guild_id = guilds.id
 WHERE %(guild_ids)s::bigint[] IS NULL OR guilds.id = ANY (%(guild_ids)s::bigint[])
 ORDER BY guilds.id
