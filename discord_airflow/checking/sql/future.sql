-- Was anything sent or edited a day after it was observed, or observed a day from now?
WITH found AS (
    SELECT 'message ' || id || ', sent ' || sent_at || ', observed ' || observed_at AS example
      FROM messages WHERE greatest(sent_at, edited_at) > observed_at + interval '1 day'
    UNION ALL
    SELECT 'file ' || file_name || ', observed ' || observed_at
      FROM ledger WHERE observed_at > now() + interval '1 day'
)
SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM found), ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
