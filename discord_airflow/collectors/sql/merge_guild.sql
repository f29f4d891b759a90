-- What is the guild called? As the newest export says.
INSERT INTO guilds AS g (id, name, icon_url, raw, observed_at)
VALUES (%(guild_id)s, %(name)s, %(icon_url)s, %(raw)s::jsonb, %(observed_at)s)
ON CONFLICT (id) DO UPDATE
   SET name = EXCLUDED.name, icon_url = EXCLUDED.icon_url, raw = EXCLUDED.raw, observed_at = EXCLUDED.observed_at
 WHERE (EXCLUDED.observed_at, EXCLUDED.raw::text COLLATE "C") > (g.observed_at, g.raw::text COLLATE "C");
