-- Which messages were seen again as they were, though not in the same text? They live, and are as fresh as the file.
UPDATE messages m
   SET observed_at = i.observed_at,
       deleted_at = CASE WHEN m.deleted_at > i.observed_at THEN m.deleted_at END,
       source_digest = coalesce(i.source_digest, m.source_digest)
  FROM verdicts v
  JOIN incoming_messages i ON i.id = v.id
 WHERE v.verdict = 'unchanged' AND v.is_newer AND m.id = v.id;
