-- How many messages and posters had each server in each of the adjoining spans that *bounds* cut?
SELECT channels.guild_id,
       width_bucket(m.sent_at, %(bounds)s::timestamptz[]) AS span,
       count(*) AS all_messages,
       count(*) FILTER (WHERE is_written_message(m.kind, m.author_kind, m.deleted_at)) AS messages,
       count(DISTINCT m.author_id) FILTER (WHERE is_persons_message(m.kind, m.author_kind, m.deleted_at)) AS posters
  FROM messages_in(%(since)s, %(until)s) AS m
  JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
    ON channels.id = m.channel_id
 GROUP BY channels.guild_id, span
 ORDER BY channels.guild_id, span
