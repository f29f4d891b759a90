-- Whose first message on each server lies in the window, where is it, and did somebody answer?
WITH newcomers AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY guild_id ORDER BY sent_at, message_id) AS place
      FROM first_messages_in(%(since)s, %(until)s, %(guild_ids)s::bigint[], %(excluded_channels)s::bigint[])
), written AS (  -- by their index, all of them in one go
    SELECT counted.guild_id, m.author_id, count(*) AS messages
      FROM few_messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS counted ON counted.id = m.channel_id
     WHERE m.author_id = ANY (ARRAY(SELECT author_id FROM newcomers))
       AND is_persons_message(m.kind, m.author_kind, m.deleted_at)
     GROUP BY counted.guild_id, m.author_id
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
       written.messages
  FROM newcomers
  JOIN written ON written.guild_id = newcomers.guild_id AND written.author_id = newcomers.author_id
  JOIN guilds ON guilds.id = newcomers.guild_id
  JOIN channels ON channels.id = newcomers.channel_id
  LEFT JOIN users ON users.id = newcomers.author_id
  LEFT JOIN members ON members.guild_id = newcomers.guild_id AND members.user_id = newcomers.author_id
 WHERE %(limit)s::bigint IS NULL OR place <= %(limit)s
 ORDER BY newcomers.guild_id, place
