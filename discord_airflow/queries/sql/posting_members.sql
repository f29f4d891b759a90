-- How many people posted on each server in each of these windows, which may overlap?
WITH found AS (
    SELECT channels.guild_id, m.author_id, windows.number AS span
      FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) WITH ORDINALITY AS windows (since, until, number)
      JOIN messages_in(%(since)s, %(until)s) AS m ON m.sent_at >= windows.since AND m.sent_at < windows.until
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
     WHERE is_persons_message(m.kind, m.author_kind, m.deleted_at)
     GROUP BY channels.guild_id, m.author_id, windows.number
)
SELECT guild_id, span, count(*) AS posters
  FROM found GROUP BY guild_id, span
 ORDER BY guild_id, span
