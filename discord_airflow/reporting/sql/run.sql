-- What was a run asked?
SELECT since, until, zone, options FROM report_runs WHERE run_key = %(run_key)s
