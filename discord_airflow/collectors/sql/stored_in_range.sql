-- How many messages that are not known as deleted does the database hold in a channel's id range, up to which id?
SELECT count(*) AS messages, max(id) AS newest_id
  FROM messages
 WHERE channel_id = %(channel_id)s AND id > %(after_id)s AND id < %(before_id)s AND deleted_at IS NULL;
