-- What are the accounts called? As last observed; of several blocks in one file a full one counts more.
INSERT INTO users AS u (id, name, discriminator, author_kind, avatar_url, observed_at)
SELECT i.user_id, i.name, i.discriminator, i.author_kind, i.avatar_url, %(observed_at)s::timestamptz
  FROM (SELECT DISTINCT ON (user_id) user_id, name, discriminator, author_kind, avatar_url
          FROM incoming_profiles
         ORDER BY user_id, role_ids IS NOT NULL DESC, name COLLATE "C" DESC,
                  coalesce(discriminator, '') COLLATE "C" DESC, coalesce(avatar_url, '') COLLATE "C" DESC,
                  author_kind DESC) i
  -- OFFSET 0 keeps this a look-up by key for each row, whatever the size of the table.
  LEFT JOIN LATERAL (SELECT * FROM users WHERE users.id = i.user_id OFFSET 0) known ON true
 -- What would change nothing is not even locked.
 WHERE known.id IS NULL
    OR (%(observed_at)s::timestamptz, i.name COLLATE "C", coalesce(i.discriminator, '') COLLATE "C",
        coalesce(i.avatar_url, '') COLLATE "C", i.author_kind)
       > (known.observed_at, known.name COLLATE "C", coalesce(known.discriminator, '') COLLATE "C",
          coalesce(known.avatar_url, '') COLLATE "C", known.author_kind)
 ORDER BY i.user_id
ON CONFLICT (id) DO UPDATE
   SET name = EXCLUDED.name, discriminator = EXCLUDED.discriminator, author_kind = EXCLUDED.author_kind,
       avatar_url = EXCLUDED.avatar_url, observed_at = EXCLUDED.observed_at
 WHERE (EXCLUDED.observed_at, EXCLUDED.name COLLATE "C", coalesce(EXCLUDED.discriminator, '') COLLATE "C",
        coalesce(EXCLUDED.avatar_url, '') COLLATE "C", EXCLUDED.author_kind)
       > (u.observed_at, u.name COLLATE "C", coalesce(u.discriminator, '') COLLATE "C",
          coalesce(u.avatar_url, '') COLLATE "C", u.author_kind);
