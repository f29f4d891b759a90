-- Up to which moment do the exports reach, and when was the newest message written? No server named means all of them.
WITH counted AS (
    SELECT id FROM channels
     WHERE guild_id <> 0
       AND (cardinality(%(guild_ids)s::bigint[]) = 0 OR guild_id = ANY (%(guild_ids)s::bigint[]))
)
SELECT (SELECT max(before_id) FROM coverage JOIN counted ON counted.id = coverage.channel_id
         WHERE state IN ('complete', 'empty', 'claimed')) AS end_id,
       (SELECT max(last_sent_at) FROM channel_authors JOIN counted ON counted.id = channel_authors.channel_id)
           AS newest_message_at
