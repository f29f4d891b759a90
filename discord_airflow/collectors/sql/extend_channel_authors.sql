-- Who wrote first or last in the channel, now that the new messages are there?
INSERT INTO channel_authors AS c (channel_id, author_id, first_sent_at, first_message_id, last_sent_at, last_message_id)
SELECT %(channel_id)s, author_id,
       (array_agg(first_sent_at ORDER BY first_sent_at, first_message_id))[1],
       (array_agg(first_message_id ORDER BY first_sent_at, first_message_id))[1],
       (array_agg(last_sent_at ORDER BY last_sent_at DESC, last_message_id DESC))[1],
       (array_agg(last_message_id ORDER BY last_sent_at DESC, last_message_id DESC))[1]
  FROM incoming_authors
 WHERE is_persons_message(kind, author_kind, NULL)
 GROUP BY author_id
 ORDER BY author_id
ON CONFLICT (author_id, channel_id) DO UPDATE
   SET (first_sent_at, first_message_id) =
           (SELECT at, id
              FROM (VALUES (c.first_sent_at, c.first_message_id),
                           (EXCLUDED.first_sent_at, EXCLUDED.first_message_id)) earlier (at, id)
             ORDER BY at, id LIMIT 1),
       (last_sent_at, last_message_id) =
           (SELECT at, id
              FROM (VALUES (c.last_sent_at, c.last_message_id),
                           (EXCLUDED.last_sent_at, EXCLUDED.last_message_id)) later (at, id)
             ORDER BY at DESC, id DESC LIMIT 1)
 WHERE (EXCLUDED.first_sent_at, EXCLUDED.first_message_id) < (c.first_sent_at, c.first_message_id)
    OR (EXCLUDED.last_sent_at, EXCLUDED.last_message_id) > (c.last_sent_at, c.last_message_id);
