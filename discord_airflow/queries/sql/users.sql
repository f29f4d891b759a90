-- Which accounts have or had a name like this, or have this id?
WITH seen AS (
    SELECT user_id, name FROM user_names
     WHERE %(guild_ids)s::bigint[] IS NULL OR guild_id = ANY (%(guild_ids)s::bigint[])
    UNION
    SELECT id, name FROM users WHERE %(guild_ids)s::bigint[] IS NULL
), graded AS (
    SELECT user_id,
           min(CASE WHEN user_id = %(user_id)s::bigint OR name ILIKE ANY (%(exact)s::text[]) THEN 0
                    WHEN name ILIKE ANY (%(beginning)s::text[]) THEN 1
                    ELSE 2 END) AS grade
      FROM seen
     WHERE user_id = %(user_id)s::bigint OR name ILIKE ANY (%(anywhere)s::text[])
     GROUP BY user_id
), chosen AS (
    SELECT graded.grade, users.*
      FROM graded JOIN users ON users.id = graded.user_id
     ORDER BY graded.grade, users.author_kind, users.name, users.id
     LIMIT %(limit)s
)
SELECT chosen.id AS user_id, chosen.name, chosen.discriminator,
       CASE chosen.author_kind WHEN 1 THEN 'bot' WHEN 2 THEN 'deleted' ELSE 'person' END AS account,
       theirs.messages, theirs.first_message_at, theirs.last_message_at
  FROM chosen
 CROSS JOIN LATERAL (
    SELECT count(*) AS messages, min(sent_at) AS first_message_at, max(sent_at) AS last_message_at
      FROM messages WHERE author_id = chosen.id AND deleted_at IS NULL
 ) AS theirs
 ORDER BY chosen.grade, chosen.author_kind, chosen.name, chosen.id
