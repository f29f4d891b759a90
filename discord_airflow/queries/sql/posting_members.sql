-- How many people posted on each server in each of these windows, which may overlap?
WITH found AS MATERIALIZED (
    SELECT channels.guild_id, m.author_id, m.sent_at
      FROM messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
     WHERE is_persons_message(m.kind, m.author_kind, m.deleted_at)
)
SELECT found.guild_id, windows.number AS span, count(DISTINCT found.author_id) AS posters
  FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) WITH ORDINALITY AS windows (since, until, number)
  JOIN found ON found.sent_at >= windows.since AND found.sent_at < windows.until
 GROUP BY found.guild_id, windows.number
 ORDER BY found.guild_id, windows.number
