-- Does the mark of messages whose id and time disagree stand where, and only where, they do?
WITH found AS (
    SELECT 'message ' || id || ', sent at ' || sent_at || CASE WHEN off_clock THEN ' agrees' ELSE ' disagrees' END AS example
      FROM messages
     WHERE off_clock <> (abs((extract(epoch FROM sent_at) * 1000)::numeric - 1420070400000 - (id >> 22)) > 60000)
)
SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM found), ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
