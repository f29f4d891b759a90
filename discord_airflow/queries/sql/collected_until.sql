-- Up to which id was any channel of these servers collected?
SELECT max(before_id) AS end_id
  FROM coverage
 WHERE state IN ('complete', 'empty', 'claimed')
   AND (%(guild_ids)s::bigint[] IS NULL OR guild_id = ANY (%(guild_ids)s::bigint[]));
