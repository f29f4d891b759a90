-- How did each stage run the last time, in the last 30 days, and how many of its runs were lost in the last week?
SELECT stage,
       (array_agg(status ORDER BY started_at DESC, id DESC))[1] AS status,
       (array_agg(error ORDER BY started_at DESC, id DESC))[1] AS error,
       (array_agg(exit_code ORDER BY started_at DESC, id DESC))[1] AS exit_code,
       max(started_at) AS started_at,
       count(*) FILTER (WHERE status = 'running') AS running,
       count(*) FILTER (WHERE status = 'lost' AND started_at > now() - interval '7 days') AS lost
  FROM runs
 WHERE started_at > now() - interval '30 days'
 GROUP BY stage
 ORDER BY stage
