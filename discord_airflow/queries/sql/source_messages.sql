-- Which messages were sent in the window, with all that a digest may say about them?
WITH found AS MATERIALIZED (
    SELECT m.id, c.guild_id, m.channel_id, c.name AS channel_name, c.kind AS channel_kind,
           c.parent_id, coalesce(p.name, c.parent_name) AS parent_name,
           m.author_id, m.author_kind, m.kind, m.sent_at, m.content, m.is_pinned,
           CASE WHEN m.kind = 19 THEN m.reference_message_id END AS reply_to_id
      FROM channels c
      LEFT JOIN channels p ON p.id = c.parent_id
     -- Channel by channel: one server's week costs what lies in it, not what lies in the weeks of all servers.
     CROSS JOIN LATERAL (
        SELECT * FROM few_messages_in(%(since)s, %(until)s) AS all_of_them WHERE all_of_them.channel_id = c.id OFFSET 0
     ) AS m
     WHERE c.guild_id = %(guild_id)s
       AND m.deleted_at IS NULL
       AND c.id <> ALL (%(excluded_channels)s::bigint[])
       AND (c.parent_id IS NULL OR c.parent_id <> ALL (%(excluded_channels)s::bigint[]))
       AND (%(channel_id)s::bigint IS NULL OR c.id = %(channel_id)s OR c.parent_id = %(channel_id)s)
), received AS (
    SELECT message_id, sum(count)::integer AS reactions, bool_and(users_listed) AS users_listed
      FROM found JOIN reactions_in(%(since)s, %(until)s) AS reactions ON message_id = found.id GROUP BY message_id
), reacting AS (
    SELECT message_id, count(DISTINCT user_id)::integer AS reactors
      FROM found JOIN reaction_users_in(%(since)s, %(until)s) AS reaction_users ON message_id = found.id
     GROUP BY message_id
), attached AS (
    SELECT message_id, array_agg(file_name ORDER BY position) AS file_names
      FROM found JOIN attachments_in(%(since)s, %(until)s) AS attachments ON message_id = found.id GROUP BY message_id
), mentioned AS (
    SELECT t.message_id, array_agg(t.user_id ORDER BY t.position) AS ids,
           array_agg(coalesce(f.nickname, f.name, 'someone') ORDER BY t.position) AS names
      FROM found JOIN mentions_in(%(since)s, %(until)s) AS t ON t.message_id = found.id
      LEFT JOIN profiles f ON f.user_id = t.user_id AND f.digest = t.profile
     GROUP BY t.message_id
), named AS MATERIALIZED (  -- once for each person, not for each message
    SELECT authors.author_id, coalesce(mb.nickname, u.name, 'deleted account') AS name
      FROM (SELECT DISTINCT author_id FROM found) AS authors
      LEFT JOIN members mb ON mb.guild_id = %(guild_id)s AND mb.user_id = authors.author_id
      LEFT JOIN users u ON u.id = authors.author_id
)
SELECT m.id, m.guild_id, m.channel_id, m.channel_name, m.channel_kind, m.parent_id, m.parent_name,
       m.author_id, named.name AS author_name,
       m.author_kind, m.kind, m.sent_at, m.content, m.is_pinned, m.reply_to_id,
       coalesce(received.reactions, 0) AS reactions,
       CASE WHEN received.users_listed THEN coalesce(reacting.reactors, 0) END AS reactors,
       coalesce(attached.file_names, '{}') AS attachments,
       coalesce(mentioned.ids, '{}') AS mentioned_ids, coalesce(mentioned.names, '{}') AS mentioned_names
  FROM found AS m
  JOIN named ON named.author_id = m.author_id
  LEFT JOIN received ON received.message_id = m.id
  LEFT JOIN reacting ON reacting.message_id = m.id
  LEFT JOIN attached ON attached.message_id = m.id
  LEFT JOIN mentioned ON mentioned.message_id = m.id
 ORDER BY m.sent_at, m.id;
