-- Is a message marked as deleted where, and only where, a later complete export of its range did not show it?
WITH proofs AS (
    SELECT channel_id, after_id, before_id, observed_at FROM coverage WHERE state IN ('complete', 'empty')
), found AS (
    SELECT 'message ' || m.id || ' is marked as deleted, and no export proves it' AS example
      FROM messages m JOIN observations o ON o.id = m.id
     WHERE m.deleted_at IS NOT NULL
       AND (m.deleted_at <= o.observed_at
            OR NOT EXISTS (SELECT FROM proofs p
                            WHERE p.channel_id = m.channel_id AND p.observed_at = m.deleted_at
                              AND m.id > p.after_id AND m.id < p.before_id))
    UNION
    SELECT 'message ' || m.id || ' is missing in a later complete export, and not marked as deleted'
      FROM proofs p JOIN messages m ON m.channel_id = p.channel_id AND m.id > p.after_id AND m.id < p.before_id
     WHERE m.observed_at < p.observed_at AND (m.deleted_at IS NULL OR m.deleted_at < p.observed_at)
       AND NOT EXISTS (SELECT FROM confirmations_of(m.channel_id, m.id, m.confirmed_after) c
                        WHERE c.observed_at >= p.observed_at)
)
SELECT (SELECT count(*) FROM messages WHERE deleted_at IS NOT NULL), (SELECT count(*) FROM found),
       ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
