-- What is each staged message to the one that is stored? The greatest observation wins: by time of observation, then (for
-- two exports of the very same instant) by edit, profile and digest, so that any order of files ends alike.
INSERT INTO verdicts
SELECT i.id,
       CASE WHEN m.id IS NULL THEN 'new'
            WHEN i.digest = m.digest THEN 'unchanged'
            WHEN (i.observed_at, coalesce(i.edited_at, '-infinity'), own.incoming, i.digest)
                 < (own.observed_at, coalesce(m.edited_at, '-infinity'), own.stored, m.digest) THEN 'older'
            WHEN i.content <> m.content OR i.edited_at IS DISTINCT FROM m.edited_at THEN 'edited'
            ELSE 'changed'
       END,
       m.id IS NULL OR i.observed_at > own.observed_at,
       i.author_kind = 2 AND coalesce(m.author_kind <> 2, false),
       i.author_kind <> 2
           AND (m.author_kind = 2
                OR (i.observed_at, i.author_profile) > (m.author_observed_at, m.author_profile)) IS TRUE,
       m.channel_id, m.author_id, m.sent_at,
       is_persons_message(m.kind, m.author_kind, m.deleted_at),
       m.deleted_at IS NOT NULL,
       own.observed_at
  FROM incoming_messages i
  LEFT JOIN messages m ON m.id = i.id
  LEFT JOIN LATERAL confirmations_of(m.channel_id, m.id, m.confirmed_after) c ON true
 -- Where the author block was the placeholder's, the profile stored may be an earlier author's: rank it lowest.
 CROSS JOIN LATERAL (SELECT CASE WHEN i.author_kind = 2 THEN -1 ELSE i.author_profile END AS incoming,
                            CASE WHEN m.author_kind = 2 OR m.author_observed_at IS NOT NULL THEN -1
                                 ELSE m.author_profile END AS stored,
                            greatest(m.observed_at, c.observed_at) AS observed_at) own
 ORDER BY i.id;
