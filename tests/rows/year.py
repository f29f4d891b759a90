"""A year of 60,000 messages in 20 channels by 500 people, as statements that fill an empty database."""

from datetime import UTC, datetime

from discord_airflow.window import window_ending

UNTIL = datetime(2026, 11, 22, 7, tzinfo=UTC)
WINDOW = window_ending(UNTIL, 7, "Europe/Helsinki")
MANY = 60_000

FILL = """
INSERT INTO guilds (id, name, raw, observed_at) VALUES (1, 'Harbour', '{}', now());
INSERT INTO channels (id, guild_id, kind, name, raw, observed_at)
    SELECT number, 1, 0, 'channel ' || number, '{}', now() FROM generate_series(1, 20) AS number;
INSERT INTO users (id, name, author_kind, observed_at)
    SELECT number, 'user ' || number, 0, now() FROM generate_series(100, 599) AS number;
INSERT INTO profiles (user_id, digest, guild_id, name, is_bot, keys, first_observed_at, last_observed_at)
    SELECT users.id, number, 1, users.name || CASE number WHEN 0 THEN '' ELSE ' ' || number END, false, 3, now(), now()
      FROM users, generate_series(0, 19) AS number;
INSERT INTO members (guild_id, user_id, profile, observed_at) SELECT 1, id, 0, now() FROM users;
INSERT INTO coverage (channel_id, after_id, before_id, observed_at, state, guild_id)
    SELECT number, 0, 9223372036854775807, now(), 'claimed', 1 FROM generate_series(1, 20) AS number;
INSERT INTO messages (id, channel_id, author_id, author_profile, digest, sent_at, observed_at, kind, author_kind,
                      utc_offset, variant, is_pinned, off_clock, type, content)
    SELECT snowflake_at(at), 1 + number % 20, 100 + number % 500, 0, 0, at, at,
           CASE WHEN number % 9 = 0 THEN 19 ELSE 0 END, 0, 0, 0, false, false, '',
           'message ' || md5(number::text) || CASE number WHEN 40007 THEN ' северный олень 鯨骨 C#' ELSE '' END
      FROM generate_series(1, 60000) AS number,
           LATERAL (SELECT timestamptz '2026-11-22 07:00+00' - number * interval '8 minutes 45 seconds' AS at) AS times;
INSERT INTO reactions (message_id, position, emoji, count, users_listed)
    SELECT id, 0, 1, 3, true FROM messages WHERE id % 5 = 0;
INSERT INTO reaction_users (message_id, position, ordinal, user_id, profile)
    SELECT message_id, 0, ordinal, 100 + ordinal, 0 FROM reactions, generate_series(0, 2) AS ordinal;
INSERT INTO mentions (message_id, position, user_id, profile) SELECT message_id, 0, 100, 0 FROM reactions;
INSERT INTO attachments (message_id, position, id, url, file_name, byte_size)
    SELECT message_id, 0, 1, 'https://cdn.example/a', 'a.png', 1 FROM reactions;
INSERT INTO embeds (message_id, position, raw) SELECT message_id, 0, '{}' FROM reactions;
INSERT INTO stickers (message_id, position, id, name, format, source_url)
    SELECT message_id, 0, 1, 'wave', 'PNG', 'https://cdn.example/w' FROM reactions;
INSERT INTO channel_authors
    SELECT channel_id, author_id, min(sent_at), min(id), max(sent_at), max(id) FROM messages GROUP BY 1, 2;
"""
