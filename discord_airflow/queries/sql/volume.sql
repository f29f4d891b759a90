-- How many counted messages had each channel and thread in each of the spans that *bounds* cut?
WITH counted AS MATERIALIZED (  -- before their channels are looked up, or each message would be sorted
    SELECT m.channel_id, width_bucket(m.sent_at, %(bounds)s::timestamptz[]) AS span, count(*) AS messages
      FROM messages_in(%(since)s, %(until)s) AS m
     WHERE is_written_message(m.kind, m.author_kind, m.deleted_at)
     GROUP BY m.channel_id, span
)
SELECT channels.guild_id, counted.channel_id, counted.span, counted.messages
  FROM counted
  JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
    ON channels.id = counted.channel_id
 ORDER BY channels.guild_id, counted.channel_id, counted.span
