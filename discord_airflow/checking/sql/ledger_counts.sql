-- Are as many messages stored as the ledger's files brought?
-- Every message that counted as new must be there, and every message of a file at least as newly observed as the file.
WITH observed AS (
    SELECT channel_id, observed_at, count(*) AS messages FROM observations GROUP BY 1, 2
), stored AS (
    SELECT channel_id, observed_at,
           sum(messages) OVER (PARTITION BY channel_id ORDER BY observed_at DESC) AS since_then
      FROM observed
), of_files AS (
    SELECT l.file_name, l.messages_new + l.messages_edited + l.messages_changed + l.messages_unchanged + l.messages_older AS brought,
           coalesce((SELECT s.since_then FROM stored s
                      WHERE s.channel_id = l.channel_id AND s.observed_at >= l.observed_at
                      ORDER BY s.observed_at LIMIT 1), 0) AS found
      FROM ledger l WHERE l.status <> 'rejected'
), of_channels AS (
    SELECT channel_id, sum(messages_new) AS brought,
           coalesce((SELECT sum(messages) FROM observed o WHERE o.channel_id = l.channel_id), 0) AS found
      FROM ledger l WHERE status <> 'rejected' GROUP BY channel_id
), wrong AS (
    SELECT file_name || ' brought ' || brought || ' messages, ' || found || ' are stored' AS example
      FROM of_files WHERE found < brought
    UNION ALL
    SELECT 'channel ' || channel_id || ' got ' || brought || ' messages, ' || found || ' are stored'
      FROM of_channels WHERE found < brought
)
SELECT (SELECT count(*) FROM of_files), (SELECT count(*) FROM wrong), ARRAY(SELECT example FROM wrong ORDER BY 1 LIMIT 5)
