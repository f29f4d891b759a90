-- Which runs reported on this window?
SELECT run_key FROM report_runs WHERE since = %(since)s AND until = %(until)s AND zone = %(zone)s ORDER BY run_key
