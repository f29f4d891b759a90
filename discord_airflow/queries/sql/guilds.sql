-- Which servers are stored, and what of them?
WITH authors AS (  -- to count each person once in a step of its own is cheaper than to count distinct ones
    SELECT theirs.guild_id, channel_authors.author_id
      FROM channel_authors
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS theirs
        ON theirs.id = channel_authors.channel_id
     GROUP BY theirs.guild_id, channel_authors.author_id
), people AS (
    SELECT guild_id, count(*) AS people FROM authors GROUP BY guild_id
)
SELECT guilds.id AS guild_id, guilds.name AS guild_name,
       count(channels.id) FILTER (WHERE NOT is_thread(channels.kind)) AS channels,
       count(channels.id) FILTER (WHERE is_thread(channels.kind)) AS threads,
       coalesce((SELECT people FROM people WHERE people.guild_id = guilds.id), 0) AS people,
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
