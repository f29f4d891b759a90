-- Is every emoji that a message or a reaction shows stored?
WITH shown AS (
    SELECT emoji, message_id FROM reactions UNION ALL SELECT emoji, message_id FROM inline_emojis
), found AS (
    SELECT 'emoji ' || emoji || ' at message ' || message_id AS example
      FROM shown WHERE NOT EXISTS (SELECT FROM emojis WHERE emojis.digest = shown.emoji)
)
SELECT (SELECT count(*) FROM shown), (SELECT count(*) FROM found), ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
