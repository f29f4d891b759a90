-- Does counting the newest report's messages one by one give the figures that it printed?
-- A report that is older than the newest import is left out: its figures may have changed since.
WITH newest AS (
    SELECT s.payload, r.options
      FROM report_sections s JOIN report_runs r USING (run_key)
     WHERE s.section = 'stats' AND s.computed_at > (SELECT coalesce(max(imported_at), '-infinity') FROM ledger)
     ORDER BY s.computed_at DESC LIMIT 1
), printed AS (
    SELECT (row ->> 'guild_id')::bigint AS guild_id, (row ->> 'since')::timestamptz AS since,
           (row ->> 'until')::timestamptz AS until, (row ->> 'messages')::bigint AS messages,
           (row ->> 'posters')::bigint AS posters, (row ->> 'replies')::bigint AS replies,
           (row ->> 'all_messages')::bigint AS all_messages, (row ->> 'reactions')::bigint AS reactions,
           ARRAY(SELECT jsonb_array_elements_text(options -> 'excluded_channels')::bigint) AS excluded
      FROM newest CROSS JOIN LATERAL jsonb_array_elements(payload #> '{answers,activity,rows}') AS row
), counted AS (
    SELECT p.guild_id, count(m.id) AS all_messages,
           count(m.id) FILTER (WHERE m.kind IN (0, 19) AND m.author_kind <> 1 AND m.deleted_at IS NULL) AS messages,
           count(DISTINCT m.author_id)
               FILTER (WHERE m.kind IN (0, 19) AND m.author_kind = 0 AND m.deleted_at IS NULL) AS posters,
           count(m.id) FILTER (WHERE m.kind = 19 AND m.author_kind <> 1 AND m.deleted_at IS NULL) AS replies,
           coalesce(sum((SELECT sum(r.count) FROM reactions r WHERE r.message_id = m.id))
               FILTER (WHERE m.kind IN (0, 19) AND m.author_kind <> 1 AND m.deleted_at IS NULL), 0) AS reactions
      FROM printed p
      LEFT JOIN channels c ON c.guild_id = p.guild_id AND c.id <> ALL (p.excluded)
                          AND coalesce(c.parent_id <> ALL (p.excluded), true)
                          AND NOT EXISTS (SELECT FROM channels up WHERE up.id = c.parent_id AND up.parent_id = ANY (p.excluded))
      LEFT JOIN messages m ON m.channel_id = c.id AND m.sent_at >= p.since AND m.sent_at < p.until
     GROUP BY p.guild_id
), figures AS (
    SELECT guild_id, name, shown, found
      FROM printed p JOIN counted c USING (guild_id)
     CROSS JOIN LATERAL (VALUES ('messages', p.messages, c.messages), ('posters', p.posters, c.posters),
                                ('replies', p.replies, c.replies), ('reactions', p.reactions, c.reactions),
                                ('all messages', p.all_messages, c.all_messages)) AS figure (name, shown, found)
), wrong AS (
    SELECT 'server ' || guild_id || ': ' || shown || ' ' || name || ' printed, ' || found || ' counted' AS example
      FROM figures WHERE shown IS DISTINCT FROM found
)
SELECT (SELECT count(*) FROM figures), (SELECT count(*) FROM wrong), ARRAY(SELECT example FROM wrong ORDER BY 1 LIMIT 5)
