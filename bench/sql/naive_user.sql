-- Add a person, or refresh the names.
INSERT INTO naive_users VALUES (%s, %s, %s)
ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, nickname = EXCLUDED.nickname
