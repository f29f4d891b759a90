-- Which of these messages fit the words best, the newest first where they are equal?
SELECT id AS message_id,
       ts_rank_cd(to_tsvector('simple', left(content, 20000)), plainto_tsquery('simple', %(words)s)) AS score
  FROM messages
 WHERE id = ANY (%(message_ids)s::bigint[])
 ORDER BY score DESC NULLS LAST, sent_at DESC, id DESC
 LIMIT %(limit)s::bigint
