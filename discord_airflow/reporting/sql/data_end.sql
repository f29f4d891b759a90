-- Up to which moment do the exports reach, and when was the newest message written? No server named means all of them.
WITH counted AS (
    SELECT id FROM channels
     WHERE guild_id <> 0
       AND (cardinality(%(guild_ids)s::bigint[]) = 0 OR guild_id = ANY (%(guild_ids)s::bigint[]))
)
SELECT end_id,
       -- Asked only where no export tells: it reads of everybody who ever wrote.
       CASE WHEN end_id IS NULL
            THEN (SELECT max(last_sent_at) FROM channel_authors JOIN counted ON counted.id = channel_authors.channel_id)
       END AS newest_message_at
  FROM (SELECT max(before_id) AS end_id FROM coverage JOIN counted ON counted.id = coverage.channel_id
         WHERE state IN ('complete', 'empty', 'claimed')) AS collected
