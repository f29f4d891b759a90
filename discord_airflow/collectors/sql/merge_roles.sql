-- Which roles does the guild have? As last observed.
INSERT INTO roles AS r (guild_id, id, name, color, position, observed_at)
SELECT DISTINCT ON (i.id) %(guild_id)s, i.id, i.name, i.color, i.position, %(observed_at)s
  FROM incoming_roles i
 ORDER BY i.id, i.position DESC, i.name COLLATE "C" DESC, coalesce(i.color, '') COLLATE "C" DESC
ON CONFLICT (guild_id, id) DO UPDATE
   SET name = EXCLUDED.name, color = EXCLUDED.color, position = EXCLUDED.position, observed_at = EXCLUDED.observed_at
 WHERE (EXCLUDED.observed_at, EXCLUDED.position, EXCLUDED.name COLLATE "C", coalesce(EXCLUDED.color, '') COLLATE "C")
       > (r.observed_at, r.position, r.name COLLATE "C", coalesce(r.color, '') COLLATE "C");
