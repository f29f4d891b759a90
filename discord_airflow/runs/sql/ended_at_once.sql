-- A run has ended whose beginning could not be written, such as the one that made the tables.
INSERT INTO runs (stage, status, run_key, try_number, since, until, guild_id, channel_id, host, pid, process_started_at, version,
                  started_at, ended_at, counts, error, exit_code)
VALUES (%(stage)s, %(status)s, %(run_key)s, %(try_number)s, %(since)s, %(until)s, %(guild_id)s, %(channel_id)s,
        %(host)s, %(pid)s, %(process_started_at)s, %(version)s, %(started_at)s, now(), %(counts)s, %(error)s, %(exit_code)s)
