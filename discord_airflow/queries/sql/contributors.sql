-- Who wrote most on each server in the window?
WITH found AS MATERIALIZED (
    SELECT m.id, channels.guild_id, m.channel_id, m.author_id, m.kind, m.sent_at
      FROM messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
     WHERE is_persons_message(m.kind, m.author_kind, m.deleted_at)
), people AS (
    SELECT guild_id, author_id, count(*) AS messages,
           count(*) FILTER (WHERE kind = 19) AS replies,
           count(DISTINCT channel_id) AS channels,
           count(DISTINCT width_bucket(sent_at, %(days)s::timestamptz[])) AS active_days,
           row_number() OVER (PARTITION BY guild_id ORDER BY count(*) DESC, author_id) AS place
      FROM found GROUP BY guild_id, author_id
), received AS (
    SELECT guild_id, author_id, sum(count) AS reactions
      FROM found JOIN reactions_in(%(since)s, %(until)s) AS reactions ON message_id = found.id GROUP BY guild_id, author_id
)
SELECT people.guild_id, guilds.name AS guild_name, people.author_id AS user_id,
       coalesce(members.nickname, users.name, people.author_id::text) AS name,
       people.messages, people.replies, coalesce(received.reactions, 0) AS reactions, people.channels,
       people.active_days
  FROM people
  JOIN guilds ON guilds.id = people.guild_id
  LEFT JOIN received ON received.guild_id = people.guild_id AND received.author_id = people.author_id
  LEFT JOIN users ON users.id = people.author_id
  LEFT JOIN members ON members.guild_id = people.guild_id AND members.user_id = people.author_id
 WHERE %(limit)s::bigint IS NULL OR place <= %(limit)s
 ORDER BY people.guild_id, place
