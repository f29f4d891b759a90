-- Drop the sections of a run that was asked something else before, so that a report never mixes two windows.
DELETE FROM report_sections
 WHERE run_key = %(run_key)s
   AND EXISTS (SELECT FROM report_runs
                WHERE run_key = %(run_key)s
                  AND (since, until, zone, options) IS DISTINCT FROM (%(since)s, %(until)s, %(zone)s, %(options)s))
