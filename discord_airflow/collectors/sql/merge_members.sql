-- What are the accounts in this guild? A block that lists roles outranks one that does not, then the newest counts.
INSERT INTO members AS m (guild_id, user_id, nickname, color, avatar_url, role_ids, profile, observed_at)
SELECT DISTINCT ON (i.user_id)
       i.guild_id, i.user_id, i.nickname, i.color, i.avatar_url, i.role_ids, i.digest, %(observed_at)s
  FROM incoming_profiles i
 ORDER BY i.user_id, i.role_ids IS NOT NULL DESC, i.digest DESC
ON CONFLICT (guild_id, user_id) DO UPDATE
   SET nickname = EXCLUDED.nickname, color = EXCLUDED.color, avatar_url = EXCLUDED.avatar_url, role_ids = EXCLUDED.role_ids,
       profile = EXCLUDED.profile, observed_at = EXCLUDED.observed_at
 WHERE (EXCLUDED.role_ids IS NOT NULL, EXCLUDED.observed_at, EXCLUDED.profile)
       > (m.role_ids IS NOT NULL, m.observed_at, m.profile);
