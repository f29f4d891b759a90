-- How many messages had each server in each quarter of an hour (counted from 1970, in UTC) of the window?
SELECT channels.guild_id,
       floor(date_part('epoch', m.sent_at) / 900)::bigint AS quarter,
       count(*) AS all_messages,
       count(*) FILTER (WHERE is_written_message(m.kind, m.author_kind, m.deleted_at)) AS messages
  FROM messages_in(%(since)s, %(until)s) AS m
  JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
    ON channels.id = m.channel_id
 GROUP BY channels.guild_id, quarter
 ORDER BY channels.guild_id, quarter
