-- Which messages of deleted accounts does an older file still know the author of?
UPDATE messages m
   SET author_id = i.author_id, author_profile = i.author_profile, author_kind = i.author_kind,
       author_observed_at = i.observed_at
  FROM verdicts v
  JOIN incoming_messages i ON i.id = v.id
 WHERE v.verdict = 'older' AND v.gives_author AND m.id = v.id;
