-- How many joins, first-seen and last-seen people had each server in each of the months that *bounds* cut?
WITH counted AS MATERIALIZED (
    SELECT id, guild_id FROM counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[])
), joined AS (
    SELECT counted.guild_id, m.sent_at
      FROM counted JOIN messages AS m ON m.channel_id = counted.id
     WHERE m.kind = 7 AND m.author_kind <> 1 AND m.deleted_at IS NULL AND NOT m.off_clock
       AND m.id >= snowflake_at(%(since)s::timestamptz - interval '1 minute') AND m.id < snowflake_at(%(until)s::timestamptz + interval '1 minute')
       AND m.sent_at >= %(since)s AND m.sent_at < %(until)s
    UNION ALL
    SELECT counted.guild_id, m.sent_at
      FROM counted JOIN messages AS m ON m.channel_id = counted.id
     WHERE m.kind = 7 AND m.author_kind <> 1 AND m.deleted_at IS NULL AND m.off_clock
       AND m.sent_at >= %(since)s AND m.sent_at < %(until)s
), joins AS (
    SELECT guild_id, width_bucket(sent_at, %(bounds)s::timestamptz[]) AS span, count(*) AS joins
      FROM joined GROUP BY guild_id, span
), firsts AS (
    SELECT guild_id, width_bucket(sent_at, %(bounds)s::timestamptz[]) AS span, count(*) AS first_seen
      FROM first_messages_in(%(since)s, %(until)s, %(guild_ids)s::bigint[], %(excluded_channels)s::bigint[])
     GROUP BY guild_id, span
), latest AS (
    SELECT counted.guild_id, width_bucket(max(last_sent_at), %(bounds)s::timestamptz[]) AS span
      FROM channel_authors JOIN counted ON counted.id = channel_authors.channel_id
     WHERE last_sent_at >= %(since)s
     GROUP BY counted.guild_id, channel_authors.author_id
), lasts AS (
    SELECT guild_id, span, count(*) AS last_seen FROM latest GROUP BY guild_id, span
), months AS MATERIALIZED (
    SELECT guilds.id AS guild_id, span::integer, snowflake_at((%(bounds)s::timestamptz[])[span]) AS first_id,
           snowflake_at((%(bounds)s::timestamptz[])[span + 1]) AS end_id
      FROM guilds, generate_series(1, cardinality(%(bounds)s::timestamptz[]) - 1) AS span
     WHERE %(guild_ids)s::bigint[] IS NULL OR guilds.id = ANY (%(guild_ids)s::bigint[])
), held_elsewhere AS (
    SELECT counted.guild_id, width_bucket(m.sent_at, %(bounds)s::timestamptz[]) AS span
      FROM messages AS m JOIN counted ON counted.id = m.channel_id
     WHERE m.off_clock AND m.sent_at >= %(since)s AND m.sent_at < %(until)s
), join_channels AS (
    SELECT guild_id FROM counted
     WHERE (SELECT m.id FROM messages AS m WHERE m.channel_id = counted.id AND m.kind = 7
             ORDER BY m.id LIMIT 1) IS NOT NULL
)
SELECT months.guild_id, months.span,
       EXISTS (SELECT FROM counted  -- the first channel with a message is enough
                WHERE counted.guild_id = months.guild_id
                  AND (SELECT m.id FROM messages AS m WHERE m.channel_id = counted.id AND m.id >= months.first_id
                        ORDER BY m.id LIMIT 1) < months.end_id)
       OR (months.guild_id, months.span) IN (SELECT guild_id, span FROM held_elsewhere) AS has_messages,
       CASE WHEN months.guild_id IN (SELECT guild_id FROM join_channels) THEN coalesce(joins, 0) END AS joins,
       coalesce(first_seen, 0) AS first_seen, coalesce(last_seen, 0) AS last_seen
  FROM months
  LEFT JOIN joins ON joins.guild_id = months.guild_id AND joins.span = months.span
  LEFT JOIN firsts ON firsts.guild_id = months.guild_id AND firsts.span = months.span
  LEFT JOIN lasts ON lasts.guild_id = months.guild_id AND lasts.span = months.span
 ORDER BY months.guild_id, months.span
