-- How does the database stand: its size, what was imported last, what is waiting or stuck?
SELECT pg_database_size(current_database()) AS bytes,
       (SELECT count(*) FROM ledger WHERE status <> 'rejected') AS files,
       (SELECT max(imported_at) FROM ledger) AS last_import,
       (SELECT count(*) FROM quarantine) AS quarantined,
       (SELECT max(observed_at) FROM coverage WHERE state IN ('complete', 'empty', 'claimed')) AS newest_coverage,
       (SELECT count(DISTINCT channel_id) FROM coverage v
         WHERE state IN ('forbidden', 'failed', 'partial')
           AND NOT EXISTS (SELECT 1 FROM coverage w
                            WHERE w.channel_id = v.channel_id AND w.state IN ('complete', 'empty')
                              AND w.observed_at > v.observed_at)) AS troubled_channels,
       (SELECT count(*) FROM report_runs r
         WHERE r.started_at < now() - interval '1 day'
           AND (SELECT count(*) FROM report_sections s WHERE s.run_key = r.run_key) < 5
           -- A later run that got through leaves nothing to do about an earlier one.
           AND NOT EXISTS (SELECT 1 FROM report_runs l
                            WHERE l.started_at > r.started_at
                              AND (SELECT count(*) FROM report_sections s WHERE s.run_key = l.run_key) >= 5)
       ) AS unfinished_runs,
       (SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND state = 'idle in transaction'
           AND state_change < now() - interval '10 minutes') AS stuck_sessions,
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser;
