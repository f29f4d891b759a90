-- Which of these messages does the channel have? (See known_messages.)
SELECT id,
       CASE WHEN deleted_at IS NULL AND author_observed_at IS NULL
                 AND (confirmed_after IS NULL OR %(is_newest)s) THEN source_digest END,
       observed_at < %(observed_at)s, off_clock
  FROM messages
 WHERE channel_id = %(channel_id)s AND id = ANY (%(ids)s)
 ORDER BY id;
