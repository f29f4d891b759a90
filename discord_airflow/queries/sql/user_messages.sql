-- Which are the latest messages of an account in the window?
SELECT m.id AS message_id
  FROM messages AS m
  JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
    ON channels.id = m.channel_id
 WHERE m.author_id = %(user_id)s AND m.deleted_at IS NULL
   AND (%(since)s::timestamptz IS NULL OR m.sent_at >= %(since)s)
   AND (%(until)s::timestamptz IS NULL OR m.sent_at < %(until)s)
 ORDER BY m.id DESC
 LIMIT %(limit)s
