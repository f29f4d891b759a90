-- When was the newest message of these servers sent?
SELECT max((SELECT m.sent_at FROM messages AS m WHERE m.channel_id = channels.id ORDER BY m.id DESC LIMIT 1)) AS sent_at
  FROM counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
 WHERE channels.raw IS NOT NULL
