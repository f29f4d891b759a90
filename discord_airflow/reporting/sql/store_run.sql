-- Remember what a run was asked; a second task of the run changes nothing.
INSERT INTO report_runs (run_key, since, until, zone, options)
VALUES (%(run_key)s, %(since)s, %(until)s, %(zone)s, %(options)s)
ON CONFLICT (run_key) DO UPDATE
   SET since = EXCLUDED.since, until = EXCLUDED.until, zone = EXCLUDED.zone, options = EXCLUDED.options
 WHERE (report_runs.since, report_runs.until, report_runs.zone, report_runs.options)
       IS DISTINCT FROM (EXCLUDED.since, EXCLUDED.until, EXCLUDED.zone, EXCLUDED.options)
