-- How many messages and posters had each server in each of the adjoining spans that *bounds* cut?
WITH people AS (  -- to count each person once in a step of its own is cheaper than to count distinct ones
    SELECT channels.guild_id,
           width_bucket(m.sent_at, %(bounds)s::timestamptz[]) AS span,
           count(*) AS all_messages,
           count(*) FILTER (WHERE is_written_message(m.kind, m.author_kind, m.deleted_at)) AS messages,
           coalesce(bool_or(is_persons_message(m.kind, m.author_kind, m.deleted_at)), false) AS is_poster
      FROM messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
     GROUP BY channels.guild_id, span, m.author_id
)
SELECT guild_id, span, sum(all_messages)::bigint AS all_messages, sum(messages)::bigint AS messages,
       count(*) FILTER (WHERE is_poster) AS posters
  FROM people GROUP BY guild_id, span
 ORDER BY guild_id, span
