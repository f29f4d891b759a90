-- Which messages were sent in the window, with all that a digest may say about them?
SELECT m.id, c.guild_id, m.channel_id, c.name AS channel_name, c.kind AS channel_kind,
       c.parent_id, coalesce(p.name, c.parent_name) AS parent_name,
       m.author_id, coalesce(mb.nickname, u.name, 'deleted account') AS author_name,
       m.author_kind, m.kind, m.sent_at, m.content, m.is_pinned,
       CASE WHEN m.kind = 19 THEN m.reference_message_id END AS reply_to_id,
       coalesce((SELECT sum(r.count) FROM reactions r WHERE r.message_id = m.id), 0)::integer AS reactions,
       (SELECT CASE WHEN bool_and(r.users_listed)
                    THEN (SELECT count(DISTINCT ru.user_id) FROM reaction_users ru WHERE ru.message_id = m.id) END
          FROM reactions r WHERE r.message_id = m.id)::integer AS reactors,
       coalesce((SELECT array_agg(a.file_name ORDER BY a.position) FROM attachments a WHERE a.message_id = m.id),
                '{}') AS attachments,
       coalesce((SELECT array_agg(t.user_id ORDER BY t.position) FROM mentions t WHERE t.message_id = m.id),
                '{}') AS mentioned_ids,
       coalesce((SELECT array_agg(coalesce(f.nickname, f.name, 'someone') ORDER BY t.position)
                   FROM mentions t LEFT JOIN profiles f ON f.user_id = t.user_id AND f.digest = t.profile
                  WHERE t.message_id = m.id), '{}') AS mentioned_names
  FROM messages_in(%(since)s, %(until)s) m
  JOIN channels c ON c.id = m.channel_id
  LEFT JOIN channels p ON p.id = c.parent_id
  LEFT JOIN members mb ON mb.guild_id = c.guild_id AND mb.user_id = m.author_id
  LEFT JOIN users u ON u.id = m.author_id
 WHERE c.guild_id = %(guild_id)s
   AND m.deleted_at IS NULL
   AND m.channel_id <> ALL (%(excluded_channels)s::bigint[])
   AND (c.parent_id IS NULL OR c.parent_id <> ALL (%(excluded_channels)s::bigint[]))
   AND (%(channel_id)s::bigint IS NULL OR m.channel_id = %(channel_id)s OR c.parent_id = %(channel_id)s)
 ORDER BY m.sent_at, m.id;
