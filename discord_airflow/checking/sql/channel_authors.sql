-- Is who wrote first and last in each channel what the messages say?
WITH raw AS (
    SELECT channel_id, author_id,
           (array_agg(id ORDER BY sent_at, id))[1] AS first_id, min(sent_at) AS first_at,
           (array_agg(id ORDER BY sent_at DESC, id DESC))[1] AS last_id, max(sent_at) AS last_at
      FROM messages
     WHERE kind IN (0, 19) AND author_kind = 0 AND deleted_at IS NULL
     GROUP BY channel_id, author_id
), found AS (
    SELECT 'author ' || coalesce(raw.author_id, kept.author_id) || ' in channel ' || coalesce(raw.channel_id, kept.channel_id)
           AS example
      FROM raw FULL JOIN channel_authors kept ON kept.channel_id = raw.channel_id AND kept.author_id = raw.author_id
     WHERE (raw.first_id, raw.first_at, raw.last_id, raw.last_at) IS DISTINCT FROM
           (kept.first_message_id, kept.first_sent_at, kept.last_message_id, kept.last_sent_at)
)
SELECT (SELECT count(*) FROM channel_authors), (SELECT count(*) FROM found), ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
