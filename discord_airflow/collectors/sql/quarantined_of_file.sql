-- What of this file could not be stored?
SELECT position, message_id, place, reason, detail FROM quarantine WHERE sha256 = %(sha256)s ORDER BY position;
