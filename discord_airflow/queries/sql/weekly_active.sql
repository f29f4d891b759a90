-- How many of each span's posters are new, how many returned, and how many of the span before fell silent?
WITH found AS MATERIALIZED (
    SELECT channels.guild_id, m.author_id, width_bucket(m.sent_at, %(bounds)s::timestamptz[]) AS span
      FROM messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
     WHERE is_persons_message(m.kind, m.author_kind, m.deleted_at)
     GROUP BY channels.guild_id, m.author_id, span
), firsts AS (  -- of those who are not among them, all wrote before
    SELECT guild_id, author_id, width_bucket(sent_at, %(bounds)s::timestamptz[]) AS first_span
      FROM first_messages_in(%(since)s, %(until)s, %(guild_ids)s::bigint[], %(excluded_channels)s::bigint[])
), neighbours AS (
    SELECT found.guild_id, span, coalesce(first_span, 0) AS first_span,
           lag(span) OVER (PARTITION BY found.guild_id, found.author_id ORDER BY span) AS seen_before,
           lead(span) OVER (PARTITION BY found.guild_id, found.author_id ORDER BY span) AS seen_after
      FROM found LEFT JOIN firsts ON firsts.guild_id = found.guild_id AND firsts.author_id = found.author_id
), present AS (
    SELECT guild_id, span, count(*) AS posters,
           count(*) FILTER (WHERE first_span = span) AS new,
           count(*) FILTER (WHERE first_span < span AND seen_before IS DISTINCT FROM span - 1) AS returned
      FROM neighbours GROUP BY guild_id, span
), absent AS (
    SELECT guild_id, span + 1 AS span, count(*) AS lapsed
      FROM neighbours WHERE seen_after IS DISTINCT FROM span + 1 GROUP BY guild_id, span
)
SELECT coalesce(present.guild_id, absent.guild_id) AS guild_id, coalesce(present.span, absent.span) AS span,
       coalesce(posters, 0) AS posters, coalesce(new, 0) AS new, coalesce(returned, 0) AS returned,
       coalesce(lapsed, 0) AS lapsed
  FROM present FULL JOIN absent ON absent.guild_id = present.guild_id AND absent.span = present.span
 ORDER BY guild_id, span
