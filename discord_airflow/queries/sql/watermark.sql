-- What does the database hold at this moment?
SELECT (SELECT count(*) FROM ledger) AS files,
       (SELECT max(observed_at) FROM ledger) AS newest_observed_at,
       newest.id AS newest_message_id, newest.sent_at AS newest_message_at
  FROM (SELECT 1) AS always
  LEFT JOIN LATERAL (SELECT id, sent_at FROM messages ORDER BY id DESC LIMIT 1) AS newest ON true
