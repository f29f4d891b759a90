-- Add a message, or refresh its text.
INSERT INTO naive_messages VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET edited_at = EXCLUDED.edited_at, content = EXCLUDED.content
