-- One import into a channel at a time: what is new, and what must be compared, is decided under this lock.
SELECT pg_advisory_xact_lock(1718579827, hashtext(%(channel_id)s::bigint::text));
