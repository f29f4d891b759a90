-- Who wrote on each server in the window, the most recent first?
WITH latest AS (
    SELECT DISTINCT ON (channels.guild_id, m.author_id)
           channels.guild_id, m.author_id, m.id, m.sent_at, m.channel_id, channels.name AS channel_name,
           count(*) OVER (PARTITION BY channels.guild_id, m.author_id) AS messages
      FROM messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
     WHERE is_persons_message(m.kind, m.author_kind, m.deleted_at)
     ORDER BY channels.guild_id, m.author_id, m.sent_at DESC, m.id DESC
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY guild_id ORDER BY sent_at DESC, id DESC) AS place FROM latest
)
SELECT ranked.guild_id, guilds.name AS guild_name, ranked.author_id AS user_id,
       coalesce(members.nickname, users.name, ranked.author_id::text) AS name,
       ranked.messages, ranked.channel_id, ranked.channel_name, ranked.id AS last_message_id,
       ranked.sent_at AS last_message_at
  FROM ranked
  JOIN guilds ON guilds.id = ranked.guild_id
  LEFT JOIN users ON users.id = ranked.author_id
  LEFT JOIN members ON members.guild_id = ranked.guild_id AND members.user_id = ranked.author_id
 WHERE %(limit)s::bigint IS NULL OR place <= %(limit)s
 ORDER BY ranked.guild_id, place
