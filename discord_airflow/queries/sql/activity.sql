-- What happened on each server in the window?
WITH found AS MATERIALIZED (
    SELECT m.id, channels.guild_id, m.channel_id, m.author_id, m.author_kind, m.kind, m.edited_at, m.is_pinned,
           m.deleted_at IS NOT NULL AS is_deleted,
           is_thread(channels.kind) AS in_thread,
           coalesce(is_written_message(m.kind, m.author_kind, m.deleted_at), false) AS is_written,
           coalesce(is_persons_message(m.kind, m.author_kind, m.deleted_at), false) AS is_persons
      FROM messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
), of_messages AS (
    SELECT guild_id,
           count(*) AS all_messages,
           count(*) FILTER (WHERE is_written) AS messages,
           count(DISTINCT author_id) FILTER (WHERE is_persons) AS posters,
           count(DISTINCT channel_id) FILTER (WHERE is_written AND NOT in_thread) AS active_channels,
           count(DISTINCT channel_id) FILTER (WHERE is_written AND in_thread) AS active_threads,
           count(*) FILTER (WHERE is_written AND kind = 19) AS replies,
           count(edited_at) FILTER (WHERE is_written) AS edited,
           count(*) FILTER (WHERE is_written AND is_pinned) AS pinned,
           count(*) FILTER (WHERE is_written AND NOT is_persons) AS deleted_account_messages,
           count(*) FILTER (WHERE NOT is_written AND NOT is_deleted AND author_kind = 1) AS bot_messages,
           count(*) FILTER (WHERE NOT is_written AND NOT is_deleted AND author_kind <> 1) AS system_messages,
           count(*) FILTER (WHERE is_deleted) AS deleted_messages
      FROM found GROUP BY guild_id
), of_carried AS (
    SELECT guild_id, sum(reactions) AS reactions, sum(attachments) AS attachments, sum(embeds) AS embeds,
           sum(mentions) AS mentions, sum(stickers) AS stickers
      FROM found JOIN carried_in(%(since)s, %(until)s) AS carried ON carried.message_id = found.id WHERE is_written GROUP BY guild_id
)
SELECT guilds.id AS guild_id, guilds.name AS guild_name,
       %(since)s::timestamptz AS since, %(until)s::timestamptz AS until,
       coalesce(messages, 0) AS messages,
       coalesce(posters, 0) AS posters,
       coalesce(active_channels, 0) AS active_channels,
       coalesce(active_threads, 0) AS active_threads,
       coalesce(replies, 0) AS replies,
       coalesce(reactions, 0) AS reactions,
       coalesce(attachments, 0) AS attachments,
       coalesce(embeds, 0) AS embeds,
       coalesce(mentions, 0) AS mentions,
       coalesce(stickers, 0) AS stickers,
       coalesce(edited, 0) AS edited,
       coalesce(pinned, 0) AS pinned,
       coalesce(deleted_account_messages, 0) AS deleted_account_messages,
       coalesce(bot_messages, 0) AS bot_messages,
       coalesce(system_messages, 0) AS system_messages,
       coalesce(deleted_messages, 0) AS deleted_messages,
       coalesce(all_messages, 0) AS all_messages
  FROM guilds
  LEFT JOIN of_messages ON of_messages.guild_id = guilds.id
  LEFT JOIN of_carried ON of_carried.guild_id = guilds.id
 WHERE %(guild_ids)s::bigint[] IS NULL OR guilds.id = ANY (%(guild_ids)s::bigint[])
 ORDER BY guilds.id
