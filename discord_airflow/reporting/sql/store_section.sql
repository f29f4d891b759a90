-- Keep a section of a run; the same content again writes nothing.
INSERT INTO report_sections (run_key, section, payload)
VALUES (%(run_key)s, %(section)s, %(payload)s)
ON CONFLICT (run_key, section) DO UPDATE
   SET payload = EXCLUDED.payload, computed_at = now()
 WHERE report_sections.payload IS DISTINCT FROM EXCLUDED.payload
