-- How many messages that are not known as deleted does the database hold in a channel's id range?
SELECT count(*) AS messages
  FROM messages
 WHERE channel_id = %(channel_id)s AND id > %(after_id)s AND id < %(before_id)s AND deleted_at IS NULL;
