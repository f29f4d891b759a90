-- Do the ledger's own figures agree with each other and with the quarantine?
WITH listed AS (
    SELECT sha256, count(*) AS entries FROM quarantine GROUP BY sha256
), judged AS (
    SELECT l.file_name, l.status, l.messages, l.quarantined, coalesce(q.entries, 0) AS entries,
           l.messages_new + l.messages_edited + l.messages_changed + l.messages_unchanged + l.messages_older AS stored
      FROM ledger l LEFT JOIN listed q USING (sha256)
), found AS (
    SELECT file_name || ': status ' || status || ', ' || messages || ' messages, ' || stored || ' stored, ' || quarantined
           || ' quarantined, ' || entries || ' named in quarantine' AS example
      FROM judged
     WHERE stored > messages
        OR (status = 'whole' AND (entries > 0 OR quarantined > 0))
        OR (status <> 'whole' AND entries = 0)
        OR (status = 'damaged' AND entries <> least(quarantined, 10000))
        OR (status = 'rejected' AND stored > 0)
)
SELECT (SELECT count(*) FROM judged), (SELECT count(*) FROM found), ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
