-- Which ranges of the channel are confirmed now, and as of when? Of two that overlap the later observation stays whole;
-- the other keeps what lies beside it. (Who was there when a range was confirmed is told by its number.)
ANALYZE incoming_confirmations;
SET LOCAL enable_nestloop = off;  -- all joins are by equal keys, and a wrong guess of the rows would try every pair

INSERT INTO painted_confirmations
WITH span AS (
    SELECT i.channel_id, min(i.from_id) AS from_id, max(i.to_id) AS to_id,
           1 + coalesce((SELECT max(c.number) FROM confirmations c WHERE c.channel_id = i.channel_id), 0) AS number
      FROM incoming_confirmations i
     GROUP BY i.channel_id
), old AS (
    SELECT c.from_id, c.to_id, c.number, c.observed_at
      FROM span JOIN confirmations c ON c.channel_id = span.channel_id
     WHERE c.from_id <= span.to_id AND c.to_id >= span.from_id
), points AS (
    SELECT from_id AS id FROM old
    UNION SELECT from_id FROM incoming_confirmations
    UNION SELECT to_id + 1 FROM old WHERE to_id < 9223372036854775807
    UNION SELECT to_id + 1 FROM incoming_confirmations WHERE to_id < 9223372036854775807
), pieces AS (
    SELECT p.id AS from_id, coalesce(lead(p.id) OVER rising - 1, 9223372036854775807) AS to_id,
           max(o.from_id) OVER rising AS old_from, max(n.from_id) OVER rising AS new_from
      FROM points p LEFT JOIN old o ON o.from_id = p.id LEFT JOIN incoming_confirmations n ON n.from_id = p.id
    WINDOW rising AS (ORDER BY p.id)
), covered AS (
    SELECT p.from_id, p.to_id, o.number, coalesce(o.from_id, n.from_id) AS whole_from,
           coalesce(o.observed_at, n.observed_at) AS observed_at
      FROM pieces p
      LEFT JOIN incoming_confirmations n ON n.from_id = p.new_from AND n.to_id >= p.from_id
      LEFT JOIN old o ON o.from_id = p.old_from AND o.to_id >= p.from_id
                     AND (n.observed_at IS NULL OR o.observed_at > n.observed_at)
     WHERE coalesce(o.from_id, n.from_id) IS NOT NULL
), grouped AS (
    SELECT *, row_number() OVER (ORDER BY from_id)
              - row_number() OVER (PARTITION BY number, whole_from ORDER BY from_id) AS island
      FROM covered
)
SELECT span.channel_id, min(g.from_id), max(g.to_id), coalesce(g.number, span.number), g.observed_at
  FROM grouped g CROSS JOIN span
 GROUP BY span.channel_id, span.number, g.number, g.whole_from, g.observed_at, g.island;

DELETE FROM confirmations c
 USING (SELECT channel_id, min(from_id) AS from_id, max(to_id) AS to_id FROM painted_confirmations GROUP BY 1) span
 WHERE c.channel_id = span.channel_id AND c.from_id <= span.to_id AND c.to_id >= span.from_id
   AND NOT EXISTS (SELECT FROM painted_confirmations p
                    WHERE p.from_id = c.from_id AND p.to_id = c.to_id AND p.number = c.number);

INSERT INTO confirmations SELECT * FROM painted_confirmations ORDER BY from_id ON CONFLICT DO NOTHING;

SET LOCAL enable_nestloop = on;
