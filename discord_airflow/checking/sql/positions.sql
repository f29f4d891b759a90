-- Do the parts of each message count from 0 without a hole?
WITH numbered AS (
    SELECT 'attachments' AS part, message_id, count(*) AS rows, min(position)::int AS first, max(position)::int AS last
      FROM attachments GROUP BY message_id
    UNION ALL SELECT 'embeds', message_id, count(*), min(position), max(position) FROM embeds GROUP BY message_id
    UNION ALL SELECT 'stickers', message_id, count(*), min(position), max(position) FROM stickers GROUP BY message_id
    UNION ALL SELECT 'reactions', message_id, count(*), min(position), max(position) FROM reactions GROUP BY message_id
    UNION ALL SELECT 'mentions', message_id, count(*), min(position), max(position) FROM mentions GROUP BY message_id
    UNION ALL SELECT 'inline_emojis', message_id, count(*), min(position), max(position) FROM inline_emojis GROUP BY message_id
    UNION ALL SELECT 'reaction_users', message_id, count(*), min(ordinal), max(ordinal) FROM reaction_users GROUP BY message_id, position
), found AS (
    SELECT part || ' of message ' || message_id || ': ' || rows || ' rows, numbered ' || first || ' to ' || last AS example
      FROM numbered WHERE first <> 0 OR last + 1 <> rows
)
SELECT (SELECT count(*) FROM numbered), (SELECT count(*) FROM found), ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
