-- What some of the messages carry.
INSERT INTO reactions (message_id, position, emoji, count, users_listed)
SELECT id, position, 1 + (digest >> 8 & 15) + position, 1 + (digest >> 16 + position & 3), true
  FROM messages, generate_series(0, (digest >> 4 & 1)::integer) AS position
 WHERE mod(digest, 11) = 0 AND kind <> 7;

INSERT INTO reaction_users (message_id, position, ordinal, user_id, profile)
SELECT message_id, position, ordinal, user_id, bench_profile(user_id, guild_id)
  FROM (SELECT reactions.message_id, position, ordinal, channels.guild_id,
               %(first_user)s::bigint + channels.guild_id - %(first_guild)s::bigint
               + %(guilds)s::bigint * floor(%(people)s::bigint / %(guilds)s::bigint * bench_draw(message_id, 30 + ordinal + 7 * position) ^ 2)::bigint AS user_id
          FROM reactions JOIN messages ON messages.id = message_id JOIN channels ON channels.id = channel_id,
               generate_series(0, count - 1) AS ordinal
       ) AS chosen;

INSERT INTO mentions (message_id, position, user_id, profile)
SELECT id, 0, author_id, author_profile FROM messages WHERE mod(digest, 13) = 0 AND kind <> 7;

INSERT INTO attachments (message_id, position, id, url, file_name, byte_size)
SELECT id, 0, id + 1, 'https://cdn.discordapp.com/attachments/1/' || id || '/photo.png', 'photo.png', mod(digest, 1000000)
  FROM messages WHERE mod(digest, 17) = 0 AND kind <> 7;

INSERT INTO embeds (message_id, position, title, url, raw)
SELECT id, 0, 'A page about moss', 'https://moss.example/care', '{"title": "A page about moss"}'
  FROM messages WHERE mod(digest, 29) = 0 AND kind <> 7;

INSERT INTO stickers (message_id, position, id, name, format, source_url)
SELECT id, 0, 1, 'wave', 'PNG', 'https://cdn.example/wave.png' FROM messages WHERE mod(digest, 199) = 0 AND kind <> 7;

INSERT INTO message_revisions (message_id, text_digest, content, edited_at, observed_at)
SELECT id, ('x' || substr(encode(sha256(convert_to(content || ' (before)', 'UTF8')), 'hex'), 1, 16))::bit(64)::bigint,
       content || ' (before)', NULL, sent_at
  FROM messages WHERE edited_at IS NOT NULL AND mod(digest, 3) = 0;
