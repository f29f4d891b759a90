-- Up to which moment do the exports reach, and when was the newest message written? No server named means all of them.
WITH asked AS (
    SELECT id FROM guilds
     WHERE id <> 0
       AND (cardinality(%(guild_ids)s::bigint[]) = 0 OR id = ANY (%(guild_ids)s::bigint[]))
)
SELECT end_id,
       -- Asked only where no export tells: it reads of everybody who ever wrote.
       CASE WHEN end_id IS NULL
            THEN (SELECT max(last_sent_at)
                    FROM channel_authors
                    JOIN channels ON channels.id = channel_authors.channel_id
                    JOIN asked ON asked.id = channels.guild_id)
       END AS newest_message_at
  FROM (SELECT max((SELECT before_id FROM coverage  -- by its index, and not out of all exports of years
                     WHERE guild_id = asked.id AND state IN ('complete', 'empty', 'claimed')
                       AND EXISTS (SELECT FROM channels WHERE id = coverage.channel_id)
                     ORDER BY before_id DESC LIMIT 1)) AS end_id
          FROM asked) AS collected
