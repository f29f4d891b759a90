-- How many counted messages had each channel and thread in each of the spans that *bounds* cut?
SELECT channels.guild_id, m.channel_id, width_bucket(m.sent_at, %(bounds)s::timestamptz[]) AS span, count(*) AS messages
  FROM messages_in(%(since)s, %(until)s) AS m
  JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
    ON channels.id = m.channel_id
 WHERE is_written_message(m.kind, m.author_kind, m.deleted_at)
 GROUP BY channels.guild_id, m.channel_id, span
 ORDER BY channels.guild_id, m.channel_id, span
