-- What is the category, channel or forum above it? Its children say so, until it has an export of its own.
INSERT INTO channels AS c (id, guild_id, name, observed_at)
VALUES (%(parent_id)s, %(guild_id)s, %(name)s, %(observed_at)s)
ON CONFLICT (id) DO UPDATE
   SET guild_id = EXCLUDED.guild_id, name = EXCLUDED.name, observed_at = EXCLUDED.observed_at
 WHERE c.raw IS NULL
   AND (EXCLUDED.observed_at, EXCLUDED.name COLLATE "C") > (c.observed_at, c.name COLLATE "C");
