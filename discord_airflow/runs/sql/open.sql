-- Which runs are not closed (of one stage, or null: of all)?
SELECT id, stage, host, pid, process_started_at, now() - started_at AS age
  FROM runs
 WHERE status = 'running' AND (%(stage)s::text IS NULL OR stage = %(stage)s)
 ORDER BY id
