-- Which stored message before an id must an export still show, if the channel may be read at all?
SELECT id
  FROM messages
 WHERE channel_id = %(channel_id)s AND id <= %(at_or_before)s AND deleted_at IS NULL
 ORDER BY id DESC
 LIMIT 1;
