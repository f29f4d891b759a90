-- Which user blocks were not known yet, or not from that time?
INSERT INTO profiles AS p (user_id, digest, guild_id, name, discriminator, nickname, color, avatar_url, is_bot, keys, roles,
                           residue, first_observed_at, last_observed_at)
SELECT DISTINCT ON (i.user_id, i.digest)
       i.user_id, i.digest, i.guild_id, i.name, i.discriminator, i.nickname, i.color, i.avatar_url, i.is_bot, i.keys, i.roles,
       i.residue, %(observed_at)s, %(observed_at)s
  FROM incoming_profiles i
 -- OFFSET 0 keeps this a look-up by key for each row; as a join it would read all profiles for each small file.
 WHERE NOT EXISTS (SELECT FROM profiles p
                    WHERE p.user_id = i.user_id AND p.digest = i.digest
                      AND p.first_observed_at <= %(observed_at)s AND p.last_observed_at >= %(observed_at)s
                   OFFSET 0)
 ORDER BY i.user_id, i.digest
ON CONFLICT (user_id, digest) DO UPDATE
   SET first_observed_at = least(p.first_observed_at, EXCLUDED.first_observed_at),
       last_observed_at = greatest(p.last_observed_at, EXCLUDED.last_observed_at)
 WHERE p.first_observed_at > EXCLUDED.first_observed_at OR p.last_observed_at < EXCLUDED.last_observed_at;
