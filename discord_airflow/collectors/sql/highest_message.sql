-- Up to which id is something known of the channel, and of when is the newest confirmation of its messages?
SELECT greatest((SELECT max(id) FROM messages WHERE channel_id = %(channel_id)s),
                (SELECT to_id FROM confirmations WHERE channel_id = %(channel_id)s ORDER BY from_id DESC LIMIT 1), 0),
       (SELECT max(observed_at) FROM confirmations WHERE channel_id = %(channel_id)s);
