-- Does every message come from a file in the ledger, observed when that file was?
WITH observed AS (
    SELECT channel_id, observed_at, count(*) AS messages, min(id) AS example FROM observations GROUP BY 1, 2
), found AS (
    SELECT o.messages, o.messages || ' messages of channel ' || o.channel_id || ', such as ' || o.example
           || ', observed at ' || o.observed_at AS example
      FROM observed o
     WHERE NOT EXISTS (SELECT FROM ledger l
                        WHERE l.channel_id = o.channel_id AND l.observed_at = o.observed_at AND l.status <> 'rejected')
)
SELECT coalesce((SELECT sum(messages) FROM observed), 0)::bigint, coalesce((SELECT sum(messages) FROM found), 0)::bigint,
       ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
