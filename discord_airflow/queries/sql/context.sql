-- Which messages stand right before and right after these in their channels?
SELECT asked.id AS context_of, beside.id AS message_id
  FROM unnest(%(message_ids)s::bigint[]) AS asked (id)
  JOIN messages AS m ON m.id = asked.id
 CROSS JOIN LATERAL (
    (SELECT earlier.id FROM messages AS earlier
      WHERE earlier.channel_id = m.channel_id AND earlier.id < m.id AND earlier.deleted_at IS NULL
      ORDER BY earlier.id DESC LIMIT %(context)s)
    UNION ALL
    (SELECT later.id FROM messages AS later
      WHERE later.channel_id = m.channel_id AND later.id > m.id AND later.deleted_at IS NULL
      ORDER BY later.id LIMIT %(context)s)
 ) AS beside
 ORDER BY asked.id, beside.id
