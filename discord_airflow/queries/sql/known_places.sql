-- Which channels and threads are known of each server, also those that no export of ours ever held?
WITH counted AS MATERIALIZED (
    SELECT * FROM counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[])
), announced AS (
    -- A thread tells its channel that it was made; only threads of the window are looked for.
    SELECT DISTINCT counted.guild_id, m.reference_channel_id AS channel_id
      FROM messages_in(%(since)s, %(until)s) AS m JOIN counted ON counted.id = m.channel_id
     WHERE m.kind = 18 AND m.deleted_at IS NULL
       AND m.reference_channel_id IS NOT NULL AND m.reference_channel_id <> m.channel_id
       AND NOT EXISTS (SELECT FROM channels WHERE id = m.reference_channel_id)
), tried AS (
    SELECT DISTINCT guild_id, channel_id
      FROM coverage
     WHERE (%(guild_ids)s::bigint[] IS NULL OR guild_id = ANY (%(guild_ids)s::bigint[]))
       AND (%(excluded_channels)s::bigint[] IS NULL OR channel_id <> ALL (%(excluded_channels)s::bigint[]))
       AND state IN ('forbidden', 'failed', 'partial')
       AND NOT EXISTS (SELECT FROM channels WHERE id = coverage.channel_id AND raw IS NOT NULL)
)
SELECT counted.guild_id, counted.id AS channel_id, counted.name AS channel_name, is_thread(counted.kind) AS is_thread,
       counted.parent_id, coalesce(parent.name, counted.parent_name) AS parent_name, true AS is_collected
  FROM counted LEFT JOIN channels AS parent ON parent.id = counted.parent_id
 WHERE counted.raw IS NOT NULL
UNION ALL
SELECT guild_id, channel_id, NULL, true, NULL, NULL, false FROM announced WHERE guild_id IS NOT NULL
UNION ALL
SELECT tried.guild_id, tried.channel_id, channels.name, false, NULL, NULL, false
  FROM tried LEFT JOIN channels ON channels.id = tried.channel_id
 WHERE tried.guild_id IS NOT NULL AND NOT EXISTS (SELECT FROM announced WHERE announced.channel_id = tried.channel_id)
 ORDER BY 1, 2
