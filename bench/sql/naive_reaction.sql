-- Add a reaction, or refresh its count.
INSERT INTO naive_reactions VALUES (%s, %s, %s) ON CONFLICT (message_id, emoji) DO UPDATE SET count = EXCLUDED.count
