-- Whose first message on each server lies in the window, where is it, and did somebody answer?
WITH firsts AS (
    SELECT DISTINCT ON (channels.guild_id, m.author_id)
           channels.guild_id, m.author_id, m.id, m.sent_at, m.channel_id, channels.name AS channel_name,
           count(*) OVER (PARTITION BY channels.guild_id, m.author_id) AS messages
      FROM messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
     WHERE is_persons_message(m.kind, m.author_kind, m.deleted_at)
     ORDER BY channels.guild_id, m.author_id, m.sent_at, m.id
), newcomers AS (
    SELECT *, row_number() OVER (PARTITION BY guild_id ORDER BY sent_at, id) AS place
      FROM firsts
     WHERE (SELECT channel_authors.first_message_id  -- a plain "not exists" would read all people who ever wrote
              FROM channel_authors
              JOIN counted_channels(ARRAY[firsts.guild_id], %(excluded_channels)s::bigint[]) AS channels
                ON channels.id = channel_authors.channel_id
             WHERE channel_authors.author_id = firsts.author_id AND channel_authors.first_sent_at < %(since)s
             LIMIT 1) IS NULL
)
SELECT newcomers.guild_id, guilds.name AS guild_name, newcomers.author_id AS user_id,
       coalesce(members.nickname, users.name, newcomers.author_id::text) AS name,
       newcomers.channel_id, newcomers.channel_name, newcomers.id AS first_message_id,
       newcomers.sent_at AS first_message_at,
       (SELECT min(answer.sent_at)
          FROM messages AS answer
         WHERE answer.reference_message_id = newcomers.id AND answer.kind = 19
           AND answer.author_id <> newcomers.author_id AND answer.sent_at < %(until)s
           AND is_written_message(answer.kind, answer.author_kind, answer.deleted_at)) AS first_reply_at,
       newcomers.messages
  FROM newcomers
  JOIN guilds ON guilds.id = newcomers.guild_id
  LEFT JOIN users ON users.id = newcomers.author_id
  LEFT JOIN members ON members.guild_id = newcomers.guild_id AND members.user_id = newcomers.author_id
 WHERE %(limit)s::bigint IS NULL OR place <= %(limit)s
 ORDER BY newcomers.guild_id, place
