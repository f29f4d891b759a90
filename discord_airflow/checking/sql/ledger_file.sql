-- What does the ledger say of a file, and can another file have been observed at the same moment?
SELECT l.status, l.channel_id, l.observed_at, l.messages, l.quarantined,
       l.messages_new + l.messages_edited + l.messages_changed + l.messages_unchanged + l.messages_older AS stored,
       ARRAY(SELECT q.position FROM quarantine q WHERE q.sha256 = l.sha256) AS refused,
       EXISTS (SELECT FROM ledger o WHERE o.channel_id = l.channel_id AND o.observed_at = l.observed_at
                                      AND o.sha256 <> l.sha256 AND o.status <> 'rejected') AS has_twin,
       (SELECT count(*) FROM observations m WHERE m.channel_id = l.channel_id AND m.observed_at = l.observed_at) AS observed
  FROM ledger l WHERE l.sha256 = %(sha256)s
