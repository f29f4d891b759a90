-- The five of each server who wrote most.
SELECT guild_id, author_id, count(*) AS messages FROM week GROUP BY guild_id, author_id
QUALIFY row_number() OVER (PARTITION BY guild_id ORDER BY messages DESC, author_id) <= 5
 ORDER BY guild_id, messages DESC, author_id
