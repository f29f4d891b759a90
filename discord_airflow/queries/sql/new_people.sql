-- Whose first message on each server lies in the window, where is it, and did somebody answer?
WITH newcomers AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY guild_id ORDER BY sent_at, message_id) AS place
      FROM first_messages_in(%(since)s, %(until)s, %(guild_ids)s::bigint[], %(excluded_channels)s::bigint[])
), together AS (  -- with their messages, by their index; a join of both may be planned for a handful, and compares each with each
    SELECT guild_id, author_id, channel_id, message_id, sent_at, place, 0 AS messages FROM newcomers
    UNION ALL
    SELECT counted.guild_id, m.author_id, NULL, NULL, NULL, NULL, 1
      FROM few_messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS counted ON counted.id = m.channel_id
     WHERE m.author_id = ANY (ARRAY(SELECT author_id FROM newcomers))
       AND is_persons_message(m.kind, m.author_kind, m.deleted_at)
), people AS (
    SELECT guild_id, author_id, max(channel_id) AS channel_id, max(message_id) AS message_id, max(sent_at) AS sent_at,
           max(place) AS place, sum(messages) AS messages
      FROM together GROUP BY guild_id, author_id HAVING count(place) > 0
)
SELECT people.guild_id, guilds.name AS guild_name, people.author_id AS user_id,
       coalesce(members.nickname, users.name, people.author_id::text) AS name,
       people.channel_id, channels.name AS channel_name, people.message_id AS first_message_id,
       people.sent_at AS first_message_at,
       (SELECT min(answer.sent_at)
          FROM messages AS answer
         WHERE answer.reference_message_id = people.message_id AND answer.kind = 19
           AND answer.author_id <> people.author_id AND answer.sent_at < %(until)s
           AND is_written_message(answer.kind, answer.author_kind, answer.deleted_at)) AS first_reply_at,
       people.messages
  FROM people
  JOIN guilds ON guilds.id = people.guild_id
  JOIN channels ON channels.id = people.channel_id
  LEFT JOIN users ON users.id = people.author_id
  LEFT JOIN members ON members.guild_id = people.guild_id AND members.user_id = people.author_id
 WHERE %(limit)s::bigint IS NULL OR place <= %(limit)s
 ORDER BY people.guild_id, place
