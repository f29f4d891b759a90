-- Of which days does the database hold all parts of a report, and which run made them last?
SELECT DISTINCT ON (day) (r.until AT TIME ZONE r.zone)::date AS day, r.run_key, s.computed_at
  FROM report_runs r
  JOIN (SELECT run_key, max(computed_at) AS computed_at
          FROM report_sections
         WHERE section = ANY (%(sections)s)
         GROUP BY run_key
        HAVING count(*) = cardinality(%(sections)s)) s USING (run_key)
 ORDER BY day, s.computed_at DESC, r.run_key
