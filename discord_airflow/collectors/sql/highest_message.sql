-- Up to which id does the channel have messages?
SELECT coalesce(max(id), 0) FROM messages WHERE channel_id = %(channel_id)s;
