-- What is the channel? As its newest own export says.
INSERT INTO channels AS c (id, guild_id, parent_id, kind, type, name, parent_name, topic, icon_url, raw, observed_at)
VALUES (%(channel_id)s, %(guild_id)s, %(parent_id)s, %(kind)s, %(type)s, %(name)s, %(parent_name)s, %(topic)s, %(icon_url)s,
        %(raw)s::jsonb, %(observed_at)s)
ON CONFLICT (id) DO UPDATE
   SET guild_id = EXCLUDED.guild_id, parent_id = EXCLUDED.parent_id, kind = EXCLUDED.kind, type = EXCLUDED.type,
       name = EXCLUDED.name, parent_name = EXCLUDED.parent_name, topic = EXCLUDED.topic, icon_url = EXCLUDED.icon_url,
       raw = EXCLUDED.raw, observed_at = EXCLUDED.observed_at
 WHERE c.raw IS NULL
    OR (EXCLUDED.observed_at, EXCLUDED.raw::text COLLATE "C") > (c.observed_at, c.raw::text COLLATE "C");
