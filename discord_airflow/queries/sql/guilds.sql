-- Which servers are stored, and what of them?
SELECT guilds.id AS guild_id, guilds.name AS guild_name,
       count(channels.id) FILTER (WHERE NOT is_thread(channels.kind)) AS channels,
       count(channels.id) FILTER (WHERE is_thread(channels.kind)) AS threads,
       (SELECT count(DISTINCT channel_authors.author_id)
          FROM channel_authors
          JOIN counted_channels(ARRAY[guilds.id], %(excluded_channels)s::bigint[]) AS theirs
            ON theirs.id = channel_authors.channel_id) AS people,
       min(edges.oldest) AS oldest_message_at, max(edges.newest) AS newest_message_at,
       guilds.observed_at
  FROM guilds
  LEFT JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
    ON channels.guild_id = guilds.id AND channels.raw IS NOT NULL
  LEFT JOIN LATERAL (
    SELECT (SELECT m.sent_at FROM messages AS m WHERE m.channel_id = channels.id ORDER BY m.id LIMIT 1) AS oldest,
           (SELECT m.sent_at FROM messages AS m WHERE m.channel_id = channels.id ORDER BY m.id DESC LIMIT 1) AS newest
  ) AS edges ON true
 WHERE %(guild_ids)s::bigint[] IS NULL OR guilds.id = ANY (%(guild_ids)s::bigint[])
 GROUP BY guilds.id, guilds.name, guilds.observed_at
 ORDER BY guilds.id
