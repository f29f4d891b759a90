-- What could not be stored, and why?
INSERT INTO quarantine (sha256, position, message_id, place, reason, detail)
VALUES (%(sha256)s, %(position)s, %(message_id)s, %(place)s, %(reason)s, %(detail)s)
ON CONFLICT (sha256, position) DO NOTHING;
