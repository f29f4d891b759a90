-- Are the ranges in which everything was seen again apart from each other, and does a file of the ledger stand behind each?
WITH ranges AS (
    SELECT *, lead(from_id) OVER (PARTITION BY channel_id ORDER BY from_id) AS next_from FROM confirmations
), found AS (
    SELECT 'channel ' || r.channel_id || ', ' || r.from_id || ' to ' || r.to_id || ', observed at ' || r.observed_at AS example
      FROM ranges r
     WHERE r.from_id < 1 OR r.to_id < r.from_id OR r.next_from <= r.to_id OR r.number < 1
        OR NOT EXISTS (SELECT FROM ledger l
                        WHERE l.channel_id = r.channel_id AND l.observed_at = r.observed_at AND l.status <> 'rejected')
)
SELECT (SELECT count(*) FROM ranges), (SELECT count(*) FROM found), ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
