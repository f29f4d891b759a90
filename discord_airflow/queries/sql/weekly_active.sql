-- How many posted in each span and in the 28 days up to its end, are new, returned, or fell silent after the one before?
WITH spans AS (
    SELECT * FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[], %(month_starts)s::timestamptz[])
                  WITH ORDINALITY AS span (since, until, month_since, number)
), pieces AS (  -- what *edges* cut out of time: every span and every month consists of some
    SELECT spans.number, edge.piece, edge.since >= spans.since AS in_span, edge.since >= spans.month_since AS in_month
      FROM spans JOIN unnest(%(edges)s::timestamptz[]) WITH ORDINALITY AS edge (since, piece)
        ON edge.since >= least(spans.since, spans.month_since) AND edge.since < spans.until
), people AS MATERIALIZED (  -- the only step that reads messages, and each of them once
    SELECT channels.guild_id, m.author_id, width_bucket(m.sent_at, %(edges)s::timestamptz[]) AS piece,
           coalesce(bool_or(is_persons_message(m.kind, m.author_kind, m.deleted_at)), false) AS is_poster
      FROM messages_in(%(since)s, %(until)s) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
     GROUP BY channels.guild_id, m.author_id, piece
), found AS MATERIALIZED (
    SELECT guild_id, author_id, number, bool_or(in_span) AS in_span, bool_or(in_month) AS in_month
      FROM people JOIN pieces ON pieces.piece = people.piece
     WHERE is_poster GROUP BY guild_id, author_id, number
), marks AS (  -- and when those came who are new; of those who are not among them, all wrote before
    SELECT guild_id, author_id, number, NULL AS first_number FROM found WHERE in_span
    UNION ALL
    SELECT guild_id, author_id, NULL, width_bucket(sent_at, %(starts)s::timestamptz[])
      FROM first_messages_in((%(starts)s::timestamptz[])[1], %(until)s, %(guild_ids)s::bigint[], %(excluded_channels)s::bigint[])
), neighbours AS (  -- a join would be planned for next to no people, and compare each with each
    SELECT guild_id, number, coalesce(max(first_number) OVER (PARTITION BY guild_id, author_id), 0) AS first_number,
           lag(number) OVER (PARTITION BY guild_id, author_id ORDER BY number) AS seen_before,
           lead(number) OVER (PARTITION BY guild_id, author_id ORDER BY number) AS seen_after
      FROM marks
), present AS (
    SELECT guild_id, number, count(*) AS posters,
           count(*) FILTER (WHERE first_number = number) AS new,
           count(*) FILTER (WHERE first_number < number AND seen_before IS DISTINCT FROM number - 1) AS returned
      FROM neighbours WHERE number IS NOT NULL GROUP BY guild_id, number
), absent AS (
    SELECT guild_id, number + 1 AS number, count(*) AS lapsed
      FROM neighbours WHERE number IS NOT NULL AND seen_after IS DISTINCT FROM number + 1 GROUP BY guild_id, number
), months AS (
    SELECT guild_id, number, count(*) AS posters FROM found WHERE in_month GROUP BY guild_id, number
), held AS (
    SELECT DISTINCT guild_id, number FROM people JOIN pieces ON pieces.piece = people.piece WHERE in_span
)
SELECT guilds.guild_id, spans.number AS span, held.guild_id IS NOT NULL AS has_messages,
       coalesce(present.posters, 0) AS posters, coalesce(new, 0) AS new, coalesce(returned, 0) AS returned,
       coalesce(lapsed, 0) AS lapsed, coalesce(months.posters, 0) AS posters_28_days
  FROM (SELECT DISTINCT guild_id FROM people) AS guilds CROSS JOIN spans
  LEFT JOIN held ON held.guild_id = guilds.guild_id AND held.number = spans.number
  LEFT JOIN present ON present.guild_id = guilds.guild_id AND present.number = spans.number
  LEFT JOIN absent ON absent.guild_id = guilds.guild_id AND absent.number = spans.number
  LEFT JOIN months ON months.guild_id = guilds.guild_id AND months.number = spans.number
 ORDER BY guilds.guild_id, spans.number
