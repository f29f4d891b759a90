-- What the other statements of the archive compute rows with; dropped when it is filled.
CREATE TABLE bench_phrases (number bigint PRIMARY KEY, phrase text NOT NULL);

-- A number from 0 to 1 that depends on *key* and *salt* alone.
CREATE FUNCTION bench_draw(key bigint, salt bigint) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT (hashint8extended(key, salt) & 1048575) / 1048576.0::float8 $$;

-- When message *number* of a channel was sent, in milliseconds since 1970; 0 is the newest. The *recent* ones lie
-- *recent_step* milliseconds apart, those before *older_step*.
CREATE FUNCTION bench_sent(
    number bigint, salt bigint, until_ms bigint, recent bigint, recent_step float8, older_step float8
) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT until_ms - 1
           - floor((least(number, recent) + CASE WHEN number < recent THEN bench_draw(number, salt) ELSE 0 END) * recent_step
                   + CASE WHEN number < recent THEN 0 ELSE number - recent + bench_draw(number, salt) END * older_step)::bigint
$$;

-- The profile of an account on a server.
CREATE FUNCTION bench_profile(user_id bigint, guild_id bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT hashint8extended(user_id, guild_id) & 9223372036854775807 $$;
