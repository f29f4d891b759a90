-- The messages of one channel, in order of time: as a first export of each channel leaves them in the table.
INSERT INTO messages (id, channel_id, author_id, author_profile, digest, sent_at, observed_at, edited_at,
                      reference_message_id, reference_channel_id, reference_guild_id, kind, author_kind, utc_offset, variant,
                      is_pinned, off_clock, type, content)
SELECT row.id, %(channel_id)s, row.author_id, bench_profile(row.author_id, %(guild_id)s), row.shape & 9223372036854775807,
       CASE WHEN row.off_clock THEN row.at - interval '1 hour' ELSE row.at END,
       date_trunc('day', row.at, 'UTC') + interval '1 day 3 hours',
       CASE WHEN row.shape & 31 = 0 THEN row.at + interval '5 minutes' END,
       CASE WHEN row.kind = 19 THEN row.answered END,
       CASE WHEN row.kind = 19 THEN %(channel_id)s END, CASE WHEN row.kind = 19 THEN %(guild_id)s END,
       row.kind, CASE WHEN row.is_bot THEN 1 ELSE 0 END, 0, 0, row.shape & 1023 = 1, row.off_clock,
       CASE row.kind WHEN 0 THEN 'Default' WHEN 19 THEN 'Reply' ELSE 'GuildMemberJoin' END,
       CASE WHEN row.kind = 7 THEN '' ELSE one.phrase || ' ' || other.phrase || row.planted END
  FROM (
    SELECT (sent - 1420070400000 << 22) | (%(number)s::bigint << 12) | (n & 4095) AS id,
           to_timestamp(sent / 1000.0) AS at,
           (answered - 1420070400000 << 22) | (%(number)s::bigint << 12) | (answered_number & 4095) AS answered,
           shape, is_bot,
           shape & 4095 = 3 AS off_clock,
           CASE WHEN bench_draw(n, 15) < 0.01 THEN 7 WHEN bench_draw(n, 16) < 0.2 THEN 19 ELSE 0 END::smallint AS kind,
           CASE WHEN is_bot THEN %(first_user)s::bigint + %(people)s::bigint + (shape >> 20 & 15)
                -- People join through the years. Half of all is written by one in fifty, who stay; the rest by those who
                -- came in the last half-year, most by the newest. Everybody writes in a quarter of the smaller channels.
                ELSE %(first_user)s::bigint + %(guilds)s::bigint
                     * (CASE WHEN %(place)s::bigint < 5 THEN person ELSE person / 4 * 4 + mod(%(place)s::bigint, 4) END)
                     + (%(guild)s::bigint + CASE WHEN shape & 63 = 5 THEN 1 ELSE 0 END) %% %(guilds)s::bigint
           END AS author_id,
           language + floor(bench_draw(n, 18 + %(salt)s) * %(phrases)s::bigint)::bigint AS one,
           language + floor(bench_draw(n, 19 + %(salt)s) * %(phrases)s::bigint)::bigint AS other,
           planted
      FROM (
        SELECT n, answered_number, shape, sent,
               bench_sent(answered_number, %(salt)s, %(until_ms)s, %(recent)s, %(recent_step)s, %(older_step)s) AS answered,
               shape & 15 = 3 AS is_bot,
               CASE WHEN bench_draw(n, 17 + %(salt)s) < 0.5 THEN 50 * floor(joined / 50 * bench_draw(n, 20 + %(salt)s) ^ 2)
                    ELSE floor(joined - 3 * (250 ^ bench_draw(n, 20 + %(salt)s) - 1)) END::bigint AS person,
               %(phrases)s::bigint * (width_bucket(bench_draw(n, 21 + %(salt)s), %(languages)s::float8[]) - 1) AS language,
               -- One message in eight may hold planted words: to ask all of them would take as long as the rest.
               CASE WHEN hashint8extended(n, 23 + %(salt)s) & 7 <> 0 THEN '' ELSE
                   coalesce((SELECT ' ' || string_agg(word, ' ' ORDER BY place)
                               FROM unnest(%(words)s::text[], %(one_in)s::bigint[], %(ended)s::float8[]) WITH ORDINALITY
                                    AS planted (word, one_in, ended, place)
                              WHERE (hashint8extended(n, 100 + place + %(salt)s) & 1125899906842623) %% (one_in / 8) = 0
                                AND (ended = 1 OR sent - %(start_ms)s < ended * (%(until_ms)s::bigint - %(start_ms)s::bigint))), '')
               END AS planted
          FROM (
            SELECT n, answered_number, shape, sent,
                   %(people)s::bigint / %(guilds)s::bigint
                       * (0.2 + 0.8 * (sent - %(joining_ms)s::bigint) / (%(until_ms)s::bigint - %(joining_ms)s::bigint)) AS joined
              FROM (
            SELECT n, n + 1 + (hashint8extended(n, 22) & 15) AS answered_number,
                   hashint8extended(n, %(salt)s) AS shape,
                   bench_sent(n, %(salt)s, %(until_ms)s, %(recent)s, %(recent_step)s, %(older_step)s) AS sent
              FROM generate_series(%(count)s::bigint - 1, 0, -1) AS n
            OFFSET 0
            ) AS numbered
          ) AS known
        OFFSET 0
      ) AS drawn
  ) AS row
  JOIN bench_phrases AS one ON one.number = row.one
  JOIN bench_phrases AS other ON other.number = row.other
