-- Which messages of the channel are stored in this range of ids? The digest is of the text that need not be read again:
-- one that is marked as deleted, whose text shows another author than is remembered, or that the confirmations of an
-- earlier file do not mean, must be compared.
SELECT id,
       CASE WHEN deleted_at IS NULL AND author_observed_at IS NULL
                 AND (confirmed_after IS NULL OR %(is_newest)s) THEN source_digest END,
       observed_at < %(observed_at)s, off_clock
  FROM messages
 WHERE channel_id = %(channel_id)s AND id BETWEEN %(from_id)s AND %(to_id)s
 ORDER BY id
 LIMIT %(most)s;
