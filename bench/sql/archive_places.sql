-- Servers, channels, accounts and what they are called: the same for an archive of any size.
INSERT INTO guilds (id, name, raw, observed_at)
SELECT %(first_guild)s::bigint + number, 'Server ' || number, '{}', %(until)s
  FROM generate_series(0, %(guilds)s::bigint - 1) AS number;

INSERT INTO channels (id, guild_id, parent_id, kind, type, name, parent_name, raw, observed_at)
SELECT %(first_channel)s::bigint + number, %(first_guild)s::bigint + number %% %(guilds)s::bigint, NULL,
       CASE WHEN number %% 7 = 6 THEN 11 ELSE 0 END, 'GuildTextChat', 'channel-' || number, NULL, '{}', %(until)s
  FROM generate_series(0, %(channels)s::bigint - 1) AS number;

INSERT INTO users (id, name, author_kind, observed_at)
SELECT %(first_user)s::bigint + number, 'member' || number, CASE WHEN number >= %(people)s::bigint THEN 1 ELSE 0 END,
       %(until)s
  FROM generate_series(0, %(people)s::bigint + 19) AS number;

INSERT INTO profiles (user_id, digest, guild_id, name, nickname, is_bot, keys, first_observed_at, last_observed_at)
SELECT users.id, bench_profile(users.id, guilds.id), guilds.id, users.name,
       CASE WHEN users.id %% 3 = 0 THEN 'Member ' || users.id %% 100003 END, users.author_kind = 1, 3, %(until)s, %(until)s
  FROM users CROSS JOIN guilds ORDER BY users.id, guilds.id;

INSERT INTO members (guild_id, user_id, nickname, profile, observed_at)
SELECT guild_id, user_id, nickname, digest, last_observed_at FROM profiles ORDER BY guild_id, user_id;

INSERT INTO emojis (digest, id, name, is_animated, id_is_null)
SELECT number, NULL, 'emoji' || number, false, false FROM generate_series(1, 50) AS number;
