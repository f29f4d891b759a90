-- Does every attachment, reaction and other part belong to a message that is stored?
WITH children AS (
    SELECT 'attachments' AS part, message_id FROM attachments
    UNION ALL SELECT 'embeds', message_id FROM embeds
    UNION ALL SELECT 'stickers', message_id FROM stickers
    UNION ALL SELECT 'reactions', message_id FROM reactions
    UNION ALL SELECT 'reaction_users', message_id FROM reaction_users
    UNION ALL SELECT 'mentions', message_id FROM mentions
    UNION ALL SELECT 'inline_emojis', message_id FROM inline_emojis
    UNION ALL SELECT 'interactions', message_id FROM interactions
    UNION ALL SELECT 'forwarded_messages', message_id FROM forwarded_messages
    UNION ALL SELECT 'message_revisions', message_id FROM message_revisions
), found AS (
    SELECT part || ' of message ' || message_id AS example
      FROM children WHERE NOT EXISTS (SELECT FROM messages WHERE messages.id = children.message_id)
    UNION ALL
    SELECT 'reaction_users of reaction ' || position || ' of message ' || message_id
      FROM reaction_users u
     WHERE NOT EXISTS (SELECT FROM reactions r WHERE r.message_id = u.message_id AND r.position = u.position)
       AND EXISTS (SELECT FROM messages WHERE messages.id = u.message_id)
)
SELECT (SELECT count(*) FROM children), (SELECT count(*) FROM found), ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
