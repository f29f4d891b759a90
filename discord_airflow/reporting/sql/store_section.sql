-- Keep a section of a run; the same content again writes nothing.
INSERT INTO report_sections (run_key, section, payload, fingerprint)
SELECT r.run_key, %(section)s, %(payload)s, section_fingerprint(r, %(section)s, %(payload)s)
  FROM report_runs r WHERE r.run_key = %(run_key)s
ON CONFLICT (run_key, section) DO UPDATE
   SET payload = EXCLUDED.payload, fingerprint = EXCLUDED.fingerprint, computed_at = now()
 WHERE (report_sections.payload, report_sections.fingerprint) IS DISTINCT FROM (EXCLUDED.payload, EXCLUDED.fingerprint)
