-- How many messages of each channel in the window hold nothing, stand there twice, or have a time that cannot be?
WITH found AS MATERIALIZED (
    SELECT m.id, channels.guild_id, m.channel_id, m.author_id, m.sent_at, m.observed_at, m.off_clock,
           m.content = '' AS is_wordless,
           coalesce(is_persons_message(m.kind, m.author_kind, m.deleted_at), false) AS is_persons
      FROM messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
), wordless AS (
    SELECT found.channel_id, count(*) AS empty
      FROM found
     WHERE is_persons AND is_wordless
       AND NOT EXISTS (SELECT FROM attachments WHERE message_id = found.id)
       AND NOT EXISTS (SELECT FROM embeds WHERE message_id = found.id)
       AND NOT EXISTS (SELECT FROM stickers WHERE message_id = found.id)
       AND NOT EXISTS (SELECT FROM forwarded_messages WHERE message_id = found.id)
     GROUP BY found.channel_id
), twice AS (
    -- Nobody sends two messages in one millisecond: the same person, place and instant under two ids is one message.
    SELECT channel_id, sum(copies - 1) AS doubled
      FROM (SELECT channel_id, count(*) AS copies FROM found WHERE is_persons
             GROUP BY channel_id, author_id, sent_at HAVING count(*) > 1) AS same
     GROUP BY channel_id
), of_channels AS (
    SELECT guild_id, channel_id, count(*) AS messages, count(*) FILTER (WHERE is_persons) AS persons_messages,
           count(*) FILTER (WHERE sent_at > observed_at + interval '5 minutes') AS future,
           count(*) FILTER (WHERE off_clock) AS off_clock
      FROM found GROUP BY guild_id, channel_id
)
SELECT of_channels.*, coalesce(empty, 0) AS empty, coalesce(doubled, 0)::bigint AS doubled
  FROM of_channels
  LEFT JOIN wordless ON wordless.channel_id = of_channels.channel_id
  LEFT JOIN twice ON twice.channel_id = of_channels.channel_id
 ORDER BY of_channels.guild_id, of_channels.channel_id
