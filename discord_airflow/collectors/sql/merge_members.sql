-- What are the accounts in this guild? A block that lists roles outranks one that does not, then the newest counts.
INSERT INTO members AS m (guild_id, user_id, nickname, color, avatar_url, role_ids, profile, observed_at)
SELECT i.guild_id, i.user_id, i.nickname, i.color, i.avatar_url, i.role_ids, i.digest, %(observed_at)s::timestamptz
  FROM (SELECT DISTINCT ON (user_id) guild_id, user_id, nickname, color, avatar_url, role_ids, digest
          FROM incoming_profiles
         ORDER BY user_id, role_ids IS NOT NULL DESC, digest DESC) i
  -- OFFSET 0 keeps this a look-up by key for each row, whatever the size of the table.
  LEFT JOIN LATERAL (SELECT * FROM members
                      WHERE members.guild_id = i.guild_id AND members.user_id = i.user_id OFFSET 0) known ON true
 WHERE known.user_id IS NULL
    OR (i.role_ids IS NOT NULL, %(observed_at)s::timestamptz, i.digest)
       > (known.role_ids IS NOT NULL, known.observed_at, known.profile)
 ORDER BY i.user_id
ON CONFLICT (guild_id, user_id) DO UPDATE
   SET nickname = EXCLUDED.nickname, color = EXCLUDED.color, avatar_url = EXCLUDED.avatar_url,
       role_ids = EXCLUDED.role_ids, profile = EXCLUDED.profile, observed_at = EXCLUDED.observed_at
 WHERE (EXCLUDED.role_ids IS NOT NULL, EXCLUDED.observed_at, EXCLUDED.profile)
       > (m.role_ids IS NOT NULL, m.observed_at, m.profile);
