-- Add an attachment.
INSERT INTO naive_attachments VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
