-- What does the database hold of the messages whose newest observation is this file?
SELECT m.id, m.author_id, m.author_profile, m.sent_at, m.edited_at, m.call_ended_at, m.reference_message_id,
       m.reference_channel_id, m.reference_guild_id, m.utc_offset, m.edited_utc_offset, m.variant, m.is_pinned, m.type,
       m.reference_type, m.content, m.residue,
       (SELECT json_agg(json_build_object('id', c.id::text, 'url', c.url, 'fileName', c.file_name,
                                          'fileSizeBytes', c.byte_size) ORDER BY c.position)
          FROM attachments c WHERE c.message_id = m.id) AS attachments,
       (SELECT json_agg(c.raw ORDER BY c.position) FROM embeds c WHERE c.message_id = m.id) AS embeds,
       (SELECT json_agg(json_build_object('id', c.id::text, 'name', c.name, 'format', c.format,
                                          'sourceUrl', c.source_url) ORDER BY c.position)
          FROM stickers c WHERE c.message_id = m.id) AS stickers,
       (SELECT json_agg(json_build_array(c.position, c.emoji, c.count, c.users_listed) ORDER BY c.position)
          FROM reactions c WHERE c.message_id = m.id) AS reactions,
       (SELECT json_agg(json_build_array(c.position, c.user_id, c.profile) ORDER BY c.position, c.ordinal)
          FROM reaction_users c WHERE c.message_id = m.id) AS reaction_users,
       (SELECT json_agg(json_build_array(c.user_id, c.profile) ORDER BY c.position)
          FROM mentions c WHERE c.message_id = m.id) AS mentions,
       (SELECT json_agg(c.emoji ORDER BY c.position) FROM inline_emojis c WHERE c.message_id = m.id) AS inline_emojis,
       (SELECT json_build_array(c.id::text, c.name, c.user_id, c.profile)
          FROM interactions c WHERE c.message_id = m.id) AS interaction,
       (SELECT json_build_array(c.sent_at, c.edited_at, c.utc_offset, c.edited_utc_offset, c.content,
                                c.attachments, c.embeds, c.stickers)
          FROM forwarded_messages c WHERE c.message_id = m.id) AS forwarded
  FROM ledger l
  JOIN messages m ON m.channel_id = l.channel_id
                 AND m.id BETWEEN least(l.first_message_id, l.last_message_id)
                              AND greatest(l.first_message_id, l.last_message_id)
  LEFT JOIN LATERAL confirmations_of(m.channel_id, m.id, m.confirmed_after) c ON true
 WHERE l.sha256 = %(sha256)s AND greatest(m.observed_at, c.observed_at) = l.observed_at
 ORDER BY m.id;
