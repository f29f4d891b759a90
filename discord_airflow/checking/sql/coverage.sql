-- Are the covered ranges possible, and does each file of the ledger agree with its own?
WITH found AS (
    SELECT 'channel ' || channel_id || ', ' || after_id || ' to ' || before_id || ': ' || state AS example
      FROM coverage
     WHERE after_id < 0 OR before_id <= after_id OR (state = 'claimed' AND sha256 IS NULL)
    UNION ALL
    SELECT 'channel ' || c.channel_id || ': coverage and file ' || l.file_name || ' differ in channel or time'
      FROM coverage c JOIN ledger l ON l.sha256 = c.sha256
     WHERE l.channel_id <> c.channel_id OR l.observed_at <> c.observed_at
    UNION ALL
    SELECT 'channel ' || c.channel_id || ': file ' || l.file_name || ' is damaged, but its range counts as ' || c.state
      FROM coverage c JOIN ledger l ON l.sha256 = c.sha256
     WHERE l.status = 'damaged'
       AND (c.state = 'claimed'
            OR c.state IN ('complete', 'empty')  -- around the messages that cannot be stored
               AND EXISTS (SELECT FROM quarantine q
                            WHERE q.sha256 = c.sha256
                              AND coalesce(q.message_id > c.after_id AND q.message_id < c.before_id, true)))
)
SELECT (SELECT count(*) FROM coverage), (SELECT count(*) FROM found), ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
