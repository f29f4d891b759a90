-- Which sections of a run are there?
SELECT section, payload FROM report_sections WHERE run_key = %(run_key)s ORDER BY section
