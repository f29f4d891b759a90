-- Which runs were the last ones?
SELECT id, stage, status, run_key, try_number, since, until, guild_id, channel_id, started_at, ended_at, host, pid, version,
       counts, error, exit_code
  FROM runs
 ORDER BY started_at DESC, id DESC
 LIMIT %(limit)s
