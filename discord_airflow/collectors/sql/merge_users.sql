-- What are the accounts called? As last observed; of several blocks in one file a full one counts more.
INSERT INTO users AS u (id, name, discriminator, author_kind, avatar_url, observed_at)
SELECT DISTINCT ON (i.user_id) i.user_id, i.name, i.discriminator, i.author_kind, i.avatar_url, %(observed_at)s
  FROM incoming_profiles i
 WHERE NOT EXISTS (SELECT FROM users u WHERE u.id = i.user_id AND u.observed_at > %(observed_at)s)
 ORDER BY i.user_id, i.role_ids IS NOT NULL DESC, i.name COLLATE "C" DESC, coalesce(i.discriminator, '') COLLATE "C" DESC,
          coalesce(i.avatar_url, '') COLLATE "C" DESC, i.author_kind DESC
ON CONFLICT (id) DO UPDATE
   SET name = EXCLUDED.name, discriminator = EXCLUDED.discriminator, author_kind = EXCLUDED.author_kind,
       avatar_url = EXCLUDED.avatar_url, observed_at = EXCLUDED.observed_at
 WHERE (EXCLUDED.observed_at, EXCLUDED.name COLLATE "C", coalesce(EXCLUDED.discriminator, '') COLLATE "C",
        coalesce(EXCLUDED.avatar_url, '') COLLATE "C", EXCLUDED.author_kind)
       > (u.observed_at, u.name COLLATE "C", coalesce(u.discriminator, '') COLLATE "C",
          coalesce(u.avatar_url, '') COLLATE "C", u.author_kind);
