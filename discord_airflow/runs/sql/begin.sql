-- A run begins.
INSERT INTO runs (stage, status, run_key, try_number, since, until, guild_id, channel_id, host, pid, process_started_at, version)
VALUES (%(stage)s, 'running', %(run_key)s, %(try_number)s, %(since)s, %(until)s, %(guild_id)s, %(channel_id)s,
        %(host)s, %(pid)s, %(process_started_at)s, %(version)s)
RETURNING id
