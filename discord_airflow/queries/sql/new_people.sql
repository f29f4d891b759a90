-- Whose first message on each server lies in the window, where is it, and did somebody answer?
WITH counted AS MATERIALIZED (
    SELECT id, guild_id, name FROM counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[])
), newcomers AS (
    SELECT *, row_number() OVER (PARTITION BY guild_id ORDER BY sent_at, message_id) AS place
      FROM first_messages_in(%(since)s, %(until)s, %(guild_ids)s::bigint[], %(excluded_channels)s::bigint[])
)
SELECT newcomers.guild_id, guilds.name AS guild_name, newcomers.author_id AS user_id,
       coalesce(members.nickname, users.name, newcomers.author_id::text) AS name,
       newcomers.channel_id, channels.name AS channel_name, newcomers.message_id AS first_message_id,
       newcomers.sent_at AS first_message_at,
       (SELECT min(answer.sent_at)
          FROM messages AS answer
         WHERE answer.reference_message_id = newcomers.message_id AND answer.kind = 19
           AND answer.author_id <> newcomers.author_id AND answer.sent_at < %(until)s
           AND is_written_message(answer.kind, answer.author_kind, answer.deleted_at)) AS first_reply_at,
       (SELECT count(*)
          FROM messages_in(%(since)s, %(until)s) AS m JOIN counted ON counted.id = m.channel_id
         WHERE m.author_id = newcomers.author_id AND counted.guild_id = newcomers.guild_id
           AND is_persons_message(m.kind, m.author_kind, m.deleted_at)) AS messages
  FROM newcomers
  JOIN guilds ON guilds.id = newcomers.guild_id
  JOIN counted AS channels ON channels.id = newcomers.channel_id
  LEFT JOIN users ON users.id = newcomers.author_id
  LEFT JOIN members ON members.guild_id = newcomers.guild_id AND members.user_id = newcomers.author_id
 WHERE %(limit)s::bigint IS NULL OR place <= %(limit)s
 ORDER BY newcomers.guild_id, place
