-- Who of those touched wrote first and last in the channel? Looked up among their messages.
DELETE FROM channel_authors c USING touched_authors t WHERE c.author_id = t.author_id AND c.channel_id = t.channel_id;

INSERT INTO channel_authors (channel_id, author_id, first_sent_at, first_message_id, last_sent_at, last_message_id)
SELECT t.channel_id, t.author_id, first.sent_at, first.id, last.sent_at, last.id
  FROM (SELECT DISTINCT channel_id, author_id FROM touched_authors) t
 CROSS JOIN LATERAL (SELECT m.sent_at, m.id
                       FROM messages m
                      WHERE m.author_id = t.author_id AND m.channel_id = t.channel_id
                        AND is_persons_message(m.kind, m.author_kind, m.deleted_at)
                      ORDER BY m.sent_at, m.id LIMIT 1) first
 CROSS JOIN LATERAL (SELECT m.sent_at, m.id
                       FROM messages m
                      WHERE m.author_id = t.author_id AND m.channel_id = t.channel_id
                        AND is_persons_message(m.kind, m.author_kind, m.deleted_at)
                      ORDER BY m.sent_at DESC, m.id DESC LIMIT 1) last
 ORDER BY t.author_id, t.channel_id;

DELETE FROM touched_authors;
