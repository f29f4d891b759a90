-- Are as many messages stored as the ledger's files brought?
-- Every message that counted as new must be there, and every message of a file at least as newly observed as the file.
WITH observed AS (
    SELECT channel_id, observed_at, count(*) AS messages FROM observations GROUP BY 1, 2
), points AS (
    SELECT channel_id, observed_at, messages, NULL::text AS file_name, NULL::bigint AS brought FROM observed
    UNION ALL
    SELECT channel_id, observed_at, 0, file_name,
           messages_new + messages_edited + messages_changed + messages_unchanged + messages_older
      FROM ledger WHERE status <> 'rejected'
), counted AS (  -- in one pass: to look for each file's messages among all others takes hours with 100,000 files
    SELECT file_name, brought, sum(messages) OVER (PARTITION BY channel_id ORDER BY observed_at DESC) AS found FROM points
), of_files AS (
    SELECT file_name, brought, found FROM counted WHERE file_name IS NOT NULL
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
