-- What is stored of these messages, all that they carry included?
SELECT m.id, m.channel_id, m.sent_at, greatest(m.observed_at, c.observed_at) AS observed_at, m.edited_at, m.call_ended_at, m.type, m.is_pinned, m.content, m.residue,
       m.author_id, m.author_observed_at, p.name AS author_name, p.discriminator, p.nickname, p.is_bot, p.residue AS author_residue,
       m.reference_message_id, m.reference_channel_id, m.reference_guild_id, m.reference_type, m.utc_offset, m.edited_utc_offset,
       ARRAY(SELECT jsonb_build_array(a.id::text, a.url, a.file_name, a.byte_size)
               FROM attachments a WHERE a.message_id = m.id ORDER BY a.position) AS attachments,
       ARRAY(SELECT e.raw FROM embeds e WHERE e.message_id = m.id ORDER BY e.position) AS embeds,
       ARRAY(SELECT jsonb_build_array(s.id::text, s.name, s.format, s.source_url)
               FROM stickers s WHERE s.message_id = m.id ORDER BY s.position) AS stickers,
       ARRAY(SELECT jsonb_build_array(coalesce(e.residue, jsonb_build_array(coalesce(e.id::text, ''), e.name, e.code, e.is_animated, e.image_url)), r.count,
                                      (SELECT coalesce(jsonb_agg(u.user_id::text ORDER BY u.ordinal), '[]') FROM reaction_users u
                                        WHERE u.message_id = m.id AND u.position = r.position))
               FROM reactions r LEFT JOIN emojis e ON e.digest = r.emoji
              WHERE r.message_id = m.id ORDER BY r.position) AS reactions,
       ARRAY(SELECT jsonb_build_array(u.user_id::text, q.name)
               FROM mentions u LEFT JOIN profiles q ON q.user_id = u.user_id AND q.digest = u.profile
              WHERE u.message_id = m.id ORDER BY u.position) AS mentions,
       ARRAY(SELECT coalesce(e.residue, jsonb_build_array(coalesce(e.id::text, ''), e.name, e.code, e.is_animated, e.image_url)) FROM inline_emojis i LEFT JOIN emojis e ON e.digest = i.emoji
              WHERE i.message_id = m.id ORDER BY i.position) AS emojis,
       (SELECT jsonb_build_array(i.id::text, i.name, i.user_id::text) FROM interactions i WHERE i.message_id = m.id) AS interaction,
       (SELECT jsonb_build_array(f.content, f.attachments, f.embeds, f.stickers)
          FROM forwarded_messages f WHERE f.message_id = m.id) AS forwarded
  FROM messages m
  LEFT JOIN LATERAL confirmations_of(m.channel_id, m.id, m.confirmed_after) c ON true
  LEFT JOIN profiles p ON p.user_id = m.author_id AND p.digest = m.author_profile
 WHERE m.id = ANY (%(ids)s)
