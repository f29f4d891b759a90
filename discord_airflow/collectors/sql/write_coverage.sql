-- Which ids of a channel were exported, and how sure is that?
INSERT INTO coverage AS c (channel_id, after_id, before_id, observed_at, state, guild_id, reason, sha256)
VALUES (%(channel_id)s, %(after_id)s, %(before_id)s, %(observed_at)s, %(state)s, %(guild_id)s, %(reason)s, %(sha256)s)
ON CONFLICT (channel_id, after_id, before_id, observed_at, state) DO UPDATE
   SET guild_id = EXCLUDED.guild_id, reason = EXCLUDED.reason, sha256 = EXCLUDED.sha256
 WHERE (coalesce(EXCLUDED.sha256, ''), coalesce(EXCLUDED.reason, '') COLLATE "C")
       > (coalesce(c.sha256, ''), coalesce(c.reason, '') COLLATE "C");
