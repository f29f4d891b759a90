-- Whose first or last message in a channel may be another one now?
INSERT INTO touched_authors (channel_id, author_id)
SELECT who.channel_id, who.author_id
  FROM verdicts v
  JOIN messages m ON m.id = v.id
 CROSS JOIN LATERAL (VALUES (v.old_channel_id, v.old_author_id), (m.channel_id, m.author_id)) who (channel_id, author_id)
 WHERE (v.verdict IN ('edited', 'changed') OR v.gives_author OR v.was_deleted)
   AND v.verdict <> 'new'
   AND (v.old_channel_id, v.old_author_id, v.old_sent_at, v.old_persons)
       IS DISTINCT FROM (m.channel_id, m.author_id, m.sent_at, is_persons_message(m.kind, m.author_kind, m.deleted_at));
