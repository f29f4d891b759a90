-- Whose first message on each server lies in the window, where is it, and did somebody answer?
WITH posters AS (
    SELECT channels.guild_id, m.author_id, count(*) AS messages
      FROM messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
     WHERE is_persons_message(m.kind, m.author_kind, m.deleted_at)
     GROUP BY channels.guild_id, m.author_id
), firsts AS (
    SELECT DISTINCT ON (posters.guild_id, posters.author_id)
           posters.guild_id, posters.author_id, posters.messages,
           channels.id AS channel_id, channels.name AS channel_name,
           channel_authors.first_message_id, channel_authors.first_sent_at
      FROM posters
      JOIN channel_authors ON channel_authors.author_id = posters.author_id
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = channel_authors.channel_id AND channels.guild_id = posters.guild_id
     ORDER BY posters.guild_id, posters.author_id, channel_authors.first_sent_at, channel_authors.first_message_id
), newcomers AS (
    SELECT *, row_number() OVER (PARTITION BY guild_id ORDER BY first_sent_at, first_message_id) AS place
      FROM firsts WHERE first_sent_at >= %(since)s AND first_sent_at < %(until)s
)
SELECT newcomers.guild_id, guilds.name AS guild_name, newcomers.author_id AS user_id,
       coalesce(members.nickname, users.name, newcomers.author_id::text) AS name,
       newcomers.channel_id, newcomers.channel_name, newcomers.first_message_id,
       newcomers.first_sent_at AS first_message_at,
       (SELECT min(answer.sent_at)
          FROM messages AS answer
         WHERE answer.reference_message_id = newcomers.first_message_id AND answer.kind = 19
           AND answer.author_id <> newcomers.author_id AND answer.sent_at < %(until)s
           AND is_written_message(answer.kind, answer.author_kind, answer.deleted_at)) AS first_reply_at,
       newcomers.messages
  FROM newcomers
  JOIN guilds ON guilds.id = newcomers.guild_id
  LEFT JOIN users ON users.id = newcomers.author_id
  LEFT JOIN members ON members.guild_id = newcomers.guild_id AND members.user_id = newcomers.author_id
 WHERE %(limit)s::bigint IS NULL OR place <= %(limit)s
 ORDER BY newcomers.guild_id, place
