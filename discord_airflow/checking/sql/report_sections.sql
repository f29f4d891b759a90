-- Is every stored section of a report, and what its run was asked, as it was written?
WITH found AS (
    SELECT 'section ' || s.section || ' of run ' || s.run_key AS example
      FROM report_sections s LEFT JOIN report_runs r USING (run_key)
     WHERE s.fingerprint IS NOT NULL AND s.fingerprint IS DISTINCT FROM section_fingerprint(r, s.section, s.payload)
)
SELECT (SELECT count(*) FROM report_sections), (SELECT count(*) FROM found), ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
