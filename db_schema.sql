-- The whole schema of discord_data, for PostgreSQL 13 and newer.
--
--   psql -d discord_data -f db_schema.sql      safe on an empty and on an existing database
--   discord-airflow db migrate                 the same, and the numbered migrations after it
--
-- Conventions
--   * Ids are Discord snowflakes (bigint). `id >> 22` is milliseconds since 2015-01-01 UTC.
--   * Times are timestamptz. Windows are half-open: [since, until).
--   * Every fact says when it was observed (the export's own time); the newest observation wins,
--     whatever the order of import. (Of messages: the view observations.)
--   * There are no foreign keys: a reply may be imported before the message it answers, and the check
--     of each row would halve the speed of a load. `discord-airflow check` looks for orphans instead.
--   * Positions count from 0 in the order of the export.

SET client_min_messages = warning;

BEGIN;

-- Two sessions that apply the schema at the same time wait for each other.
DO $$ BEGIN PERFORM pg_advisory_xact_lock(7236451120); END $$;

-- Substring search uses trigrams. A server that does not allow the extension still works, only slower.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'pg_trgm is not available (%): search works without its index', SQLERRM;
END
$$;

CREATE TABLE IF NOT EXISTS schema_version (
    version    integer PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO schema_version (version) VALUES (1) ON CONFLICT DO NOTHING;

-- ---------------------------------------------------------------------------------------------------
-- What was imported, and what could not be
-- ---------------------------------------------------------------------------------------------------

-- The ledger: one row per file that was ever imported. It is written in the transaction of the file's
-- rows, so it is the sole commit point; a file whose hash stands here costs one hash.
CREATE TABLE IF NOT EXISTS ledger (
    sha256            text PRIMARY KEY,          -- of the file's bytes, lower-case hex
    file_name         text NOT NULL,             -- the name it was first imported under, without folders
    byte_size         bigint NOT NULL,
    status            text NOT NULL CHECK (status IN ('whole', 'damaged', 'rejected')),
                                                 -- damaged: good messages stored, the rest named in quarantine;
                                                 -- rejected: nothing of it could be stored
    guild_id          bigint,
    channel_id        bigint,
    range_after       timestamptz,               -- the export's own dateRange
    range_before      timestamptz,
    exported_at       timestamptz,               -- null: exporter before 2.40.1
    observed_at       timestamptz,               -- exported_at, else the newest instant in the file
    first_message_id  bigint,
    last_message_id   bigint,
    format            text,                      -- the exporter version the keys tell, e.g. '2.47'
    layout            text,                      -- 'exporter' (fast way) or 'generic'
    header            jsonb,                     -- everything in the file but the messages, as it came
    messages          bigint NOT NULL DEFAULT 0, -- in the file
    messages_stated   bigint,                    -- the file's messageCount
    messages_new      bigint NOT NULL DEFAULT 0,
    messages_edited   bigint NOT NULL DEFAULT 0, -- text or edit time changed
    messages_changed  bigint NOT NULL DEFAULT 0, -- anything else changed (reactions, pins, names, embeds)
    messages_unchanged bigint NOT NULL DEFAULT 0,
    messages_older    bigint NOT NULL DEFAULT 0, -- a newer observation was already stored
    quarantined       bigint NOT NULL DEFAULT 0,
    replaced_characters bigint NOT NULL DEFAULT 0, -- NUL and lone surrogates stored as U+FFFD
    off_clock         bigint NOT NULL DEFAULT 0, -- messages whose id and time disagree
    importer_version  text NOT NULL,
    imported_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS ledger_channel ON ledger (channel_id);
CREATE INDEX IF NOT EXISTS ledger_observed ON ledger (observed_at);

-- What could not be stored, and why. No content: the file itself still has it.
CREATE TABLE IF NOT EXISTS quarantine (
    sha256     text NOT NULL,
    position   bigint NOT NULL,                  -- index in "messages"; -1: the file as a whole
    message_id bigint,                           -- where it could be read
    place      text NOT NULL,                    -- where in the file, e.g. 'messages[17].author.id'
    reason     text NOT NULL,                    -- a code, e.g. 'id-out-of-range'
    detail     text NOT NULL,                    -- one sentence
    PRIMARY KEY (sha256, position)
);

-- Which id ranges of a channel were exported, and how sure that is. `after_id` and `before_id` are both
-- exclusive. A range that no row covers was never tried.
CREATE TABLE IF NOT EXISTS coverage (
    channel_id  bigint NOT NULL,
    after_id    bigint NOT NULL,
    before_id   bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    state       text NOT NULL CHECK (state IN ('complete', 'empty', 'claimed', 'partial', 'forbidden', 'failed')),
                                                 -- complete, empty: proven by our collector;
                                                 -- claimed: a file says so, nobody watched its export
    guild_id    bigint,
    reason      text,
    sha256      text,                            -- the ledger's file, null when no file came
    PRIMARY KEY (channel_id, after_id, before_id, observed_at, state)
);
DROP INDEX IF EXISTS coverage_guild;  -- no question asked by it
-- Up to where was each server collected? The last one, and not the largest of the exports of years.
CREATE INDEX IF NOT EXISTS coverage_ends ON coverage (guild_id, before_id) WHERE state IN ('complete', 'empty', 'claimed');
-- The few exports that did not come whole, among those of years that did: these write nothing into it.
CREATE INDEX IF NOT EXISTS coverage_failures ON coverage (guild_id, channel_id) WHERE state IN ('forbidden', 'failed', 'partial');
-- What overlaps a window, among the exports of years. (A row that cannot be must not break the index; `check` finds it.)
CREATE INDEX IF NOT EXISTS coverage_ids ON coverage
    USING gist (int8range(least(after_id, before_id), greatest(after_id, before_id), '()'));

-- ---------------------------------------------------------------------------------------------------
-- Places and people
-- ---------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS guilds (
    id          bigint PRIMARY KEY,              -- 0: direct messages
    name        text NOT NULL,
    icon_url    text,
    raw         jsonb NOT NULL,                  -- the export's object, as it came
    observed_at timestamptz NOT NULL
);

-- Channels, threads and forum posts. A parent that has no export of its own (a category, a forum) is
-- known from its children only: `type` and `raw` are null.
CREATE TABLE IF NOT EXISTS channels (
    id          bigint PRIMARY KEY,
    guild_id    bigint NOT NULL,
    parent_id   bigint,                          -- category of a channel, channel or forum of a thread
    kind        smallint,                        -- Discord's number; 10, 11, 12 are threads
    type        text,                            -- as it came, e.g. 'GuildTextChat'
    name        text NOT NULL,
    parent_name text,
    topic       text,
    icon_url    text,
    raw         jsonb,
    observed_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS channels_guild ON channels (guild_id);

-- An account, as last observed.
CREATE TABLE IF NOT EXISTS users (
    id            bigint PRIMARY KEY,            -- for a webhook the webhook's id
    name          text NOT NULL,
    discriminator text,
    author_kind   smallint NOT NULL,             -- 0 person, 1 bot or webhook, 2 deleted account
    avatar_url    text,
    observed_at   timestamptz NOT NULL
);

-- An account inside one guild, as last observed. A block that lists roles outranks one that does not
-- (people who only reacted), whatever their times.
CREATE TABLE IF NOT EXISTS members (
    guild_id    bigint NOT NULL,
    user_id     bigint NOT NULL,
    nickname    text,                            -- null: none, or the export did not say
    color       text,
    avatar_url  text,
    role_ids    bigint[],                        -- null: the export did not say; highest first
    profile     bigint NOT NULL,                 -- profiles.digest it was taken from
    observed_at timestamptz NOT NULL,
    PRIMARY KEY (guild_id, user_id)
);
CREATE INDEX IF NOT EXISTS members_user ON members (user_id);

CREATE TABLE IF NOT EXISTS roles (
    guild_id    bigint NOT NULL,
    id          bigint NOT NULL,
    name        text NOT NULL,
    color       text,
    position    integer NOT NULL,
    observed_at timestamptz NOT NULL,
    PRIMARY KEY (guild_id, id)
);

-- Every distinct user block that an export showed: name history, nicknames, roles of that day. Messages,
-- mentions and reactions point here, so that an export can be rebuilt exactly.
CREATE TABLE IF NOT EXISTS profiles (
    user_id           bigint NOT NULL,
    digest            bigint NOT NULL,           -- of guild and block; the same block has the same digest for ever
    guild_id          bigint NOT NULL,
    name              text NOT NULL,
    discriminator     text,
    nickname          text,
    color             text,
    avatar_url        text,
    is_bot            boolean NOT NULL,
    keys              smallint NOT NULL,         -- which optional keys were there: 1 nickname, 2 color, 4 roles,
                                                 -- 8 avatarUrl, 16 discriminator (32: it was a number)
    roles             jsonb,                     -- as they came
    residue           jsonb,                     -- the block as it came, when the columns cannot give it back
    first_observed_at timestamptz NOT NULL,
    last_observed_at  timestamptz NOT NULL,
    PRIMARY KEY (user_id, digest)
);

-- Each import moves the times of the people whom it shows. With room for the new row beside the old one no index is
-- written, and of the row only what differs: a third of the write-ahead log.
ALTER TABLE users SET (fillfactor = 45);
ALTER TABLE members SET (fillfactor = 45);
ALTER TABLE profiles SET (fillfactor = 45);

-- Every distinct emoji object that an export showed.
CREATE TABLE IF NOT EXISTS emojis (
    digest      bigint PRIMARY KEY,
    id          bigint,                          -- null: a standard emoji
    name        text NOT NULL,
    code        text,                            -- null: exporter before 2.38
    is_animated boolean NOT NULL,
    image_url   text,
    id_is_null  boolean NOT NULL,                -- standard emoji came with null (to 2.32) and not with ""
    residue     jsonb
);

-- ---------------------------------------------------------------------------------------------------
-- Messages and all they carry. A message and its children are one fact: they change together.
-- ---------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS messages (
    id                   bigint PRIMARY KEY,
    channel_id           bigint NOT NULL,
    author_id            bigint NOT NULL,        -- once known, never replaced by the deleted-account placeholder
    author_profile       bigint NOT NULL,        -- profiles.digest
    digest               bigint NOT NULL,        -- of the message and its children; equal digest, nothing to write
    sent_at              timestamptz NOT NULL,
    observed_at          timestamptz NOT NULL,   -- the file it was stored from; later ones that showed the same are in
                                                 -- confirmations, and the view observations counts both
    edited_at            timestamptz,
    call_ended_at        timestamptz,
    deleted_at           timestamptz,            -- last complete export of its range that did not show it any more
    author_observed_at   timestamptz,            -- only where the author is older than the rest (see author_id)
    reference_message_id bigint,
    reference_channel_id bigint,
    reference_guild_id   bigint,
    kind                 smallint,               -- Discord's number (0 Default, 19 Reply, 7 join ...); null: unknown name
    author_kind          smallint NOT NULL,      -- 0 person, 1 bot or webhook, 2 deleted account
    utc_offset           smallint NOT NULL,      -- minutes, of sent_at as exported
    edited_utc_offset    smallint,
    variant              smallint NOT NULL,      -- keys an older exporter did not write: 1 stickers, 2 inlineEmojis,
                                                 -- 4 callEndedTimestamp, 8 mentions
    is_pinned            boolean NOT NULL,
    off_clock            boolean NOT NULL,       -- id and sent_at disagree by more than a minute (imported history)
    type                 text NOT NULL,          -- as it came, e.g. 'Default', '20'
    reference_type       text,                   -- null: exporter before 2.47
    content              text NOT NULL,
    residue              jsonb,                  -- the message as it came, when the columns cannot give it back
    source_digest        bigint,                 -- of its text in the file it was stored from: the same text again need
                                                 -- not be read; null: not known
    confirmed_after      integer                 -- confirmations up to this number do not mean it (see below)
);
ALTER TABLE messages ADD COLUMN IF NOT EXISTS source_digest bigint;
ALTER TABLE messages ADD COLUMN IF NOT EXISTS confirmed_after integer;
CREATE INDEX IF NOT EXISTS messages_channel ON messages (channel_id, id);
CREATE INDEX IF NOT EXISTS messages_author ON messages (author_id, id);
CREATE INDEX IF NOT EXISTS messages_reference ON messages (reference_message_id) WHERE reference_message_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS messages_off_clock ON messages (sent_at) WHERE off_clock;
CREATE INDEX IF NOT EXISTS messages_joins ON messages (channel_id, id) WHERE kind = 7;

-- Which stored messages did a later file show again as they were? All of the channel within this range of ids, ends
-- included, that were stored when the file was imported; so a thousand unchanged messages cost one row here, and none of
-- theirs is written. A message that an older file brings into the range afterwards is not meant: its `confirmed_after` is
-- the number of the confirmation. The ranges of a channel never overlap; its numbers rise with each import that adds some.
CREATE TABLE IF NOT EXISTS confirmations (
    channel_id  bigint NOT NULL,
    from_id     bigint NOT NULL,
    to_id       bigint NOT NULL,
    number      integer NOT NULL,
    observed_at timestamptz NOT NULL,
    PRIMARY KEY (channel_id, from_id)
);

-- Earlier texts of edited messages: every distinct text that is not the current one.
CREATE TABLE IF NOT EXISTS message_revisions (
    message_id  bigint NOT NULL,
    text_digest bigint NOT NULL,
    content     text NOT NULL,
    edited_at   timestamptz,
    observed_at timestamptz NOT NULL,            -- last time it was observed
    PRIMARY KEY (message_id, text_digest)
);

CREATE TABLE IF NOT EXISTS attachments (
    message_id bigint NOT NULL,
    position   smallint NOT NULL,
    id         bigint NOT NULL,
    url        text NOT NULL,
    file_name  text NOT NULL,
    byte_size  bigint NOT NULL,
    PRIMARY KEY (message_id, position)
);

CREATE TABLE IF NOT EXISTS embeds (
    message_id  bigint NOT NULL,
    position    smallint NOT NULL,
    title       text,
    url         text,
    description text,
    raw         jsonb NOT NULL,                  -- the whole embed, as it came
    PRIMARY KEY (message_id, position)
);

CREATE TABLE IF NOT EXISTS stickers (
    message_id bigint NOT NULL,
    position   smallint NOT NULL,
    id         bigint NOT NULL,
    name       text NOT NULL,
    format     text NOT NULL,
    source_url text NOT NULL,
    PRIMARY KEY (message_id, position)
);

CREATE TABLE IF NOT EXISTS reactions (
    message_id   bigint NOT NULL,
    position     smallint NOT NULL,
    emoji        bigint NOT NULL,                -- emojis.digest
    count        integer NOT NULL,               -- Discord's figure; may exceed the users listed
    users_listed boolean NOT NULL,               -- false: exporter before 2.40.4
    PRIMARY KEY (message_id, position)
);

CREATE TABLE IF NOT EXISTS reaction_users (
    message_id bigint NOT NULL,
    position   smallint NOT NULL,                -- of the reaction
    ordinal    integer NOT NULL,
    user_id    bigint NOT NULL,
    profile    bigint NOT NULL,                  -- profiles.digest
    PRIMARY KEY (message_id, position, ordinal)
);

CREATE TABLE IF NOT EXISTS mentions (
    message_id bigint NOT NULL,
    position   smallint NOT NULL,
    user_id    bigint NOT NULL,
    profile    bigint NOT NULL,
    PRIMARY KEY (message_id, position)
);

CREATE TABLE IF NOT EXISTS inline_emojis (
    message_id bigint NOT NULL,
    position   smallint NOT NULL,
    emoji      bigint NOT NULL,
    PRIMARY KEY (message_id, position)
);

CREATE TABLE IF NOT EXISTS interactions (
    message_id bigint PRIMARY KEY,
    id         bigint NOT NULL,
    name       text NOT NULL,
    user_id    bigint NOT NULL,
    profile    bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS forwarded_messages (
    message_id        bigint PRIMARY KEY,        -- of the message that forwards
    sent_at           timestamptz,               -- null: the export wrote year 0001
    edited_at         timestamptz,
    utc_offset        smallint,
    edited_utc_offset smallint,
    content           text NOT NULL,
    attachments       jsonb NOT NULL,
    embeds            jsonb NOT NULL,
    stickers          jsonb NOT NULL
);

-- First and last message of a person in a channel: kept at import, so that "who is new" does not
-- read the archive. Only messages that count as a person's (see is_persons_message).
CREATE TABLE IF NOT EXISTS channel_authors (
    channel_id       bigint NOT NULL,
    author_id        bigint NOT NULL,
    first_sent_at    timestamptz NOT NULL,
    first_message_id bigint NOT NULL,
    last_sent_at     timestamptz NOT NULL,
    last_message_id  bigint NOT NULL,
    PRIMARY KEY (author_id, channel_id)
);
-- Who came in a window. No index holds a last message: it changes all the time.
CREATE INDEX IF NOT EXISTS channel_authors_came ON channel_authors (first_sent_at, author_id, channel_id) INCLUDE (first_message_id);
-- Whoever comes back moves their last message, as the times of people move (see users); most of a channel's people in one page.
ALTER TABLE channel_authors SET (fillfactor = 70);
-- Did somebody write before? Of who did not, nothing is read. (Like the one above, written only when somebody is new in a channel.)
CREATE INDEX IF NOT EXISTS channel_authors_earlier ON channel_authors (author_id, first_sent_at);

-- ---------------------------------------------------------------------------------------------------
-- Reports: the hand-over between the tasks of a run, and the receipts
-- ---------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS report_runs (
    run_key    text PRIMARY KEY,
    since      timestamptz NOT NULL,
    until      timestamptz NOT NULL,
    zone       text NOT NULL,
    options    jsonb NOT NULL,                   -- servers, excluded channels, names, limits
    started_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS report_sections (
    run_key     text NOT NULL,
    section     text NOT NULL,                   -- 'stats', 'trends', 'connectors', 'highlights', 'health', 'digest'
    payload     jsonb NOT NULL,                  -- typed rows and their receipts
    computed_at timestamptz NOT NULL DEFAULT now(),
    fingerprint text,                            -- section_fingerprint of what was written; null: written before it was kept
    PRIMARY KEY (run_key, section)
);
ALTER TABLE report_sections ADD COLUMN IF NOT EXISTS fingerprint text;

-- What a language model answered about a piece of chat, filed under what it was asked (model, prompt, options,
-- content). A digest that is made again costs only the pieces that are not here; they can be deleted at any time.
CREATE TABLE IF NOT EXISTS digest_chunks (
    key              text PRIMARY KEY,           -- SHA-256 of what was asked
    guild_id         bigint NOT NULL,
    model_digest     text NOT NULL,
    prompt           text NOT NULL,              -- its name and version
    message_ids      bigint[] NOT NULL,          -- the messages that were shown
    answer           text NOT NULL,              -- as it came; it is read and checked anew each time
    estimated_tokens integer NOT NULL,
    counted_tokens   integer,                    -- null: the server did not count
    made_at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS digest_chunks_model ON digest_chunks (model_digest, made_at);

-- Which messages of a report's summary were posted to Discord, and by which webhook. A row is written before its message
-- is sent and completed afterwards, so that nothing is ever posted twice; the texts themselves are not kept.
CREATE TABLE IF NOT EXISTS posted_pieces (
    report_day  date NOT NULL,
    webhook_id  bigint NOT NULL,
    piece       smallint NOT NULL,               -- from 1
    pieces      smallint NOT NULL,
    text_sha256 text NOT NULL,                   -- of the whole text, as it was approved
    begun_at    timestamptz NOT NULL DEFAULT now(),
    message_id  bigint,                          -- null: sent, but no answer came, so it is there or not; 0: there, no id told
    PRIMARY KEY (report_day, webhook_id, piece)
);

-- The run ledger: one row for each time a stage ran, from the command line or as a task of Airflow's. It holds numbers, ids
-- and names of classes, never a name or a text of Discord's. No run fails because its row could not be written, so a missing row
-- proves nothing. Rows go by themselves after 400 days.
CREATE TABLE IF NOT EXISTS runs (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage              text NOT NULL,            -- 'list', 'export', 'import', 'compute_stats', 'digest', 'save_report', 'report' ...
    status             text NOT NULL CHECK (status IN ('running', 'done', 'failed', 'lost')),
                                                 -- lost: its process is gone and has not said how it ended
    run_key            text,                     -- Airflow's DAG and run; null: the command line
    try_number         smallint,                 -- of the task
    since              timestamptz,              -- the window the run was about, where it has one
    until              timestamptz,
    guild_id           bigint,
    channel_id         bigint,
    started_at         timestamptz NOT NULL DEFAULT now(),
    ended_at           timestamptz,              -- null: running or lost
    host               text NOT NULL,
    pid                integer NOT NULL,
    process_started_at timestamptz,              -- a process id is used again; the same id and start is the same process
    version            text NOT NULL,
    counts             jsonb NOT NULL DEFAULT '{}',  -- numbers by name
    error              text,                     -- the name of the error's class
    exit_code          smallint                  -- what the command ended with, or would have
);
CREATE INDEX IF NOT EXISTS runs_started ON runs (started_at);
CREATE INDEX IF NOT EXISTS runs_open ON runs (stage) WHERE status = 'running';

-- ---------------------------------------------------------------------------------------------------
-- Rules that more than one query needs
-- ---------------------------------------------------------------------------------------------------

-- The smallest snowflake of the instant's millisecond; clamped to what a snowflake can hold.
CREATE OR REPLACE FUNCTION snowflake_at(instant timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN instant <= timestamptz '2015-01-01 00:00:00+00' THEN 0
        WHEN instant >= timestamptz '2084-01-01 00:00:00+00' THEN 9223372036854775807
        ELSE (floor(extract(epoch FROM instant) * 1000)::bigint - 1420070400000) << 22
    END
$$;

-- Whose message is it, and does it count? The one rule: a person wrote it (Default or Reply; not a bot, a
-- webhook or a system notice) and it was not deleted since.
CREATE OR REPLACE FUNCTION is_written_message(kind smallint, author_kind smallint, deleted_at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT kind IN (0, 19) AND author_kind <> 1 AND deleted_at IS NULL
$$;

-- The same, and the author is a known account: those who rank as people. The placeholder that stands for
-- all deleted accounts writes messages that count, but it is nobody in particular.
CREATE OR REPLACE FUNCTION is_persons_message(kind smallint, author_kind smallint, deleted_at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT kind IN (0, 19) AND author_kind = 0 AND deleted_at IS NULL
$$;

-- All messages of a window, by the primary key: a snowflake holds its time, so no index on sent_at is
-- needed. Rows whose id and time disagree are found by their own small index. One scan for both is a fifth
-- cheaper than one for each; the minute of margin is counted in ids, so that the planner knows them as numbers.
CREATE OR REPLACE FUNCTION messages_in(since timestamptz, until timestamptz) RETURNS SETOF messages
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT * FROM messages
     WHERE (id >= snowflake_at(since) - (60000::bigint << 22)
            AND id < least(snowflake_at(until), 9223372036854775807 - (60000::bigint << 22)) + (60000::bigint << 22)
            OR off_clock AND sent_at >= since AND sent_at < until)
       -- One clause: two would look independent of the ids to the planner, which then expects next to no rows.
       AND CASE WHEN sent_at >= since THEN sent_at < until ELSE false END
$$;

-- The same messages, for a question about few of them: about one channel or one author, which have indexes of their own
-- with the ids. (Of an alternative of conditions these could use no part.)
CREATE OR REPLACE FUNCTION few_messages_in(since timestamptz, until timestamptz) RETURNS SETOF messages
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT * FROM messages
     WHERE NOT off_clock
       AND id >= snowflake_at(since - interval '1 minute') AND id < snowflake_at(until + interval '1 minute')
       AND CASE WHEN sent_at >= since THEN sent_at < until ELSE false END
    UNION ALL
    SELECT * FROM messages
     WHERE off_clock AND sent_at >= since AND sent_at < until
$$;

-- The messages of a window whose ids lie outside of its ids.
CREATE OR REPLACE FUNCTION ids_elsewhere(since timestamptz, until timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT id FROM messages
     WHERE off_clock AND sent_at >= since AND sent_at < until
       AND NOT (id >= snowflake_at(since - interval '1 minute') AND id < snowflake_at(until + interval '1 minute'))
$$;

-- What the messages of a window carry, and the messages of two minutes more: to be joined with them. The ids are a
-- range of the primary key; a join with all that is stored would be planned by reading it.
CREATE OR REPLACE FUNCTION reactions_in(since timestamptz, until timestamptz) RETURNS SETOF reactions
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT * FROM reactions
     WHERE message_id >= snowflake_at(since - interval '1 minute') AND message_id < snowflake_at(until + interval '1 minute')
    UNION ALL
    SELECT reactions.* FROM ids_elsewhere(since, until) AS elsewhere (id) JOIN reactions ON message_id = elsewhere.id
$$;

CREATE OR REPLACE FUNCTION reaction_users_in(since timestamptz, until timestamptz) RETURNS SETOF reaction_users
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT * FROM reaction_users
     WHERE message_id >= snowflake_at(since - interval '1 minute') AND message_id < snowflake_at(until + interval '1 minute')
    UNION ALL
    SELECT reaction_users.* FROM ids_elsewhere(since, until) AS elsewhere (id) JOIN reaction_users ON message_id = elsewhere.id
$$;

CREATE OR REPLACE FUNCTION attachments_in(since timestamptz, until timestamptz) RETURNS SETOF attachments
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT * FROM attachments
     WHERE message_id >= snowflake_at(since - interval '1 minute') AND message_id < snowflake_at(until + interval '1 minute')
    UNION ALL
    SELECT attachments.* FROM ids_elsewhere(since, until) AS elsewhere (id) JOIN attachments ON message_id = elsewhere.id
$$;

CREATE OR REPLACE FUNCTION embeds_in(since timestamptz, until timestamptz) RETURNS SETOF embeds
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT * FROM embeds
     WHERE message_id >= snowflake_at(since - interval '1 minute') AND message_id < snowflake_at(until + interval '1 minute')
    UNION ALL
    SELECT embeds.* FROM ids_elsewhere(since, until) AS elsewhere (id) JOIN embeds ON message_id = elsewhere.id
$$;

CREATE OR REPLACE FUNCTION stickers_in(since timestamptz, until timestamptz) RETURNS SETOF stickers
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT * FROM stickers
     WHERE message_id >= snowflake_at(since - interval '1 minute') AND message_id < snowflake_at(until + interval '1 minute')
    UNION ALL
    SELECT stickers.* FROM ids_elsewhere(since, until) AS elsewhere (id) JOIN stickers ON message_id = elsewhere.id
$$;

CREATE OR REPLACE FUNCTION mentions_in(since timestamptz, until timestamptz) RETURNS SETOF mentions
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT * FROM mentions
     WHERE message_id >= snowflake_at(since - interval '1 minute') AND message_id < snowflake_at(until + interval '1 minute')
    UNION ALL
    SELECT mentions.* FROM ids_elsewhere(since, until) AS elsewhere (id) JOIN mentions ON message_id = elsewhere.id
$$;

-- What the messages of a window carry, in one list: to count all of it, each message is gone through once.
CREATE OR REPLACE FUNCTION carried_in(since timestamptz, until timestamptz)
RETURNS TABLE (message_id bigint, reactions integer, attachments integer, embeds integer, mentions integer, stickers integer)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT message_id, count, 0, 0, 0, 0 FROM reactions_in(since, until)
    UNION ALL SELECT message_id, 0, 1, 0, 0, 0 FROM attachments_in(since, until)
    UNION ALL SELECT message_id, 0, 0, 1, 0, 0 FROM embeds_in(since, until)
    UNION ALL SELECT message_id, 0, 0, 0, 1, 0 FROM mentions_in(since, until)
    UNION ALL SELECT message_id, 0, 0, 0, 0, 1 FROM stickers_in(since, until)
$$;

-- When was a stored message last confirmed by a file that showed it again as it was? No row: never.
CREATE OR REPLACE FUNCTION confirmations_of(of_channel bigint, message_id bigint, after_number integer)
RETURNS TABLE (observed_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nearest.observed_at
      FROM (SELECT c.to_id, c.number, c.observed_at FROM confirmations c
             WHERE c.channel_id = of_channel AND c.from_id <= message_id
             ORDER BY c.from_id DESC LIMIT 1) nearest
     WHERE nearest.to_id >= message_id AND nearest.number > coalesce(after_number, 0)
$$;

-- When was each message last observed? `messages.observed_at` alone is the time of the file it was stored from.
CREATE OR REPLACE VIEW observations AS
    SELECT m.id, m.channel_id, greatest(m.observed_at, c.observed_at) AS observed_at
      FROM messages m LEFT JOIN LATERAL confirmations_of(m.channel_id, m.id, m.confirmed_after) c ON true;

-- The channels that figures count: of the guilds asked for (null: all), without the excluded ones. Leaving out
-- a channel leaves out its threads, leaving out a category all that is below it.
CREATE OR REPLACE FUNCTION counted_channels(guild_ids bigint[], excluded bigint[]) RETURNS SETOF channels
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT channels.* FROM channels LEFT JOIN channels AS parent ON parent.id = channels.parent_id
     WHERE (guild_ids IS NULL OR channels.guild_id = ANY (guild_ids))
       AND (excluded IS NULL
            OR channels.id <> ALL (excluded)
               AND (channels.parent_id IS NULL OR channels.parent_id <> ALL (excluded))
               AND (parent.parent_id IS NULL OR parent.parent_id <> ALL (excluded)))
$$;

-- The coverage that has ids of the window, found by its index and not among the exports of years.
CREATE OR REPLACE FUNCTION coverage_in(since timestamptz, until timestamptz) RETURNS SETOF coverage
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT * FROM coverage
     WHERE int8range(least(after_id, before_id), greatest(after_id, before_id), '()')
           && int8range(snowflake_at(since), snowflake_at(until))
$$;

-- The first message on each server of those who came in the window: who wrote nothing before in any channel that counts.
-- Only they are looked up, so it costs what the newcomers cost.
CREATE OR REPLACE FUNCTION first_messages_in(since timestamptz, until timestamptz, guild_ids bigint[], excluded bigint[])
RETURNS TABLE (guild_id bigint, author_id bigint, channel_id bigint, message_id bigint, sent_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH counted AS MATERIALIZED (
        SELECT channels.id, channels.guild_id FROM counted_channels(guild_ids, excluded) AS channels
    ), of_guilds AS MATERIALIZED (
        SELECT counted.guild_id, array_agg(counted.id) AS channel_ids FROM counted GROUP BY counted.guild_id
    ), firsts AS (
        SELECT DISTINCT ON (counted.guild_id, found.author_id)
               counted.guild_id, found.author_id, found.channel_id, found.first_message_id, found.first_sent_at
          FROM channel_authors AS found JOIN counted ON counted.id = found.channel_id
         WHERE found.first_sent_at >= since AND found.first_sent_at < until
         ORDER BY counted.guild_id, found.author_id, found.first_sent_at, found.first_message_id
    )
    SELECT firsts.guild_id, firsts.author_id, firsts.channel_id, firsts.first_message_id, firsts.first_sent_at
      FROM firsts JOIN of_guilds ON of_guilds.guild_id = firsts.guild_id
     -- A plain "not exists" would read all people who ever wrote; of "is null" the planner expects nobody to be left.
     WHERE NOT coalesce((SELECT true FROM channel_authors AS earlier
                          WHERE earlier.author_id = firsts.author_id AND earlier.first_sent_at < since
                            AND array_position(of_guilds.channel_ids, earlier.channel_id) IS NOT NULL
                          LIMIT 1), false)
$$;

-- Threads and forum posts, each of which is a channel of its own. An unknown kind is no thread.
CREATE OR REPLACE FUNCTION is_thread(channel_kind smallint) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(channel_kind IN (10, 11, 12), false)
$$;

-- What trigrams cannot look up, for searches of one or two characters: Chinese, Japanese and Korean signs, emoji, and
-- the like of # and +. Null where a text has none of them.
CREATE OR REPLACE FUNCTION search_signs(content text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN content ~ '[#+$%&€£\u1100-\u11ff\u2190-\u2bff\u2e80-\U0010ffff]'
                THEN string_to_array(regexp_replace(lower(normalize(content, NFC)),
                                                    '[^#+$%&€£\u2190-\u2bff\u2e80-\U0010ffff]+', '', 'g'), NULL) END
$$;

-- What tells whether a stored section, or what its run was asked, was changed since it was written.
CREATE OR REPLACE FUNCTION section_fingerprint(run report_runs, section text, payload jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT encode(sha256(convert_to(
        concat_ws(E'\n', run.run_key, (extract(epoch FROM run.since) * 1000000)::bigint,
                  (extract(epoch FROM run.until) * 1000000)::bigint, run.zone, run.options, section, payload), 'UTF8')), 'hex')
$$;

-- Every name an account was seen with, newest last.
CREATE OR REPLACE VIEW user_names AS
    SELECT user_id, guild_id, name, 'username' AS sort,
           min(first_observed_at) AS first_observed_at, max(last_observed_at) AS last_observed_at
      FROM profiles GROUP BY user_id, guild_id, name
    UNION ALL
    SELECT user_id, guild_id, nickname, 'nickname',
           min(first_observed_at), max(last_observed_at)
      FROM profiles WHERE nickname IS NOT NULL GROUP BY user_id, guild_id, nickname;

-- ---------------------------------------------------------------------------------------------------
-- The register of personal data: which columns tell something about a person. Export, erasure and
-- retention read it; a test fails when a column of any table is missing here.
-- ---------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS personal_data (
    table_name text PRIMARY KEY,
    personal   text[] NOT NULL,
    other      text[] NOT NULL
);
INSERT INTO personal_data (table_name, personal, other) VALUES
    ('schema_version', '{}', '{version,applied_at}'),
    ('personal_data', '{}', '{table_name,personal,other}'),
    ('ledger', '{file_name,header}', '{sha256,byte_size,status,guild_id,channel_id,range_after,range_before,exported_at,observed_at,first_message_id,last_message_id,format,layout,messages,messages_stated,messages_new,messages_edited,messages_changed,messages_unchanged,messages_older,quarantined,replaced_characters,off_clock,importer_version,imported_at}'),
    ('quarantine', '{message_id,detail}', '{sha256,position,place,reason}'),
    ('coverage', '{}', '{channel_id,after_id,before_id,observed_at,state,guild_id,reason,sha256}'),
    ('guilds', '{}', '{id,name,icon_url,raw,observed_at}'),
    ('channels', '{name,parent_name,topic,raw}', '{id,guild_id,parent_id,kind,type,icon_url,observed_at}'),
    ('users', '{id,name,discriminator,author_kind,avatar_url}', '{observed_at}'),
    ('members', '{user_id,nickname,color,avatar_url,role_ids,profile}', '{guild_id,observed_at}'),
    ('roles', '{}', '{guild_id,id,name,color,position,observed_at}'),
    ('profiles', '{user_id,digest,name,discriminator,nickname,color,avatar_url,is_bot,roles,residue}', '{guild_id,keys,first_observed_at,last_observed_at}'),
    ('emojis', '{}', '{digest,id,name,code,is_animated,image_url,id_is_null,residue}'),
    ('messages', '{id,author_id,author_profile,digest,sent_at,edited_at,call_ended_at,deleted_at,author_observed_at,author_kind,reference_message_id,reference_channel_id,reference_guild_id,type,content,residue,source_digest}', '{channel_id,observed_at,kind,utc_offset,edited_utc_offset,variant,is_pinned,off_clock,reference_type,confirmed_after}'),
    ('confirmations', '{from_id,to_id}', '{channel_id,number,observed_at}'),
    ('message_revisions', '{message_id,text_digest,content,edited_at}', '{observed_at}'),
    ('attachments', '{message_id,id,url,file_name}', '{position,byte_size}'),
    ('embeds', '{message_id,title,url,description,raw}', '{position}'),
    ('stickers', '{message_id}', '{position,id,name,format,source_url}'),
    ('reactions', '{message_id}', '{position,emoji,count,users_listed}'),
    ('reaction_users', '{message_id,user_id,profile}', '{position,ordinal}'),
    ('mentions', '{message_id,user_id,profile}', '{position}'),
    ('inline_emojis', '{message_id}', '{position,emoji}'),
    ('interactions', '{message_id,user_id,profile}', '{id,name}'),
    ('forwarded_messages', '{message_id,sent_at,edited_at,content,attachments,embeds,stickers}', '{utc_offset,edited_utc_offset}'),
    ('channel_authors', '{author_id,first_sent_at,first_message_id,last_sent_at,last_message_id}', '{channel_id}'),
    ('report_runs', '{options}', '{run_key,since,until,zone,started_at}'),
    ('report_sections', '{payload}', '{run_key,section,computed_at,fingerprint}'),
    ('posted_pieces', '{}', '{report_day,webhook_id,piece,pieces,text_sha256,begun_at,message_id}'),
    ('digest_chunks', '{message_ids,answer}', '{key,guild_id,model_digest,prompt,estimated_tokens,counted_tokens,made_at}'),
    ('runs', '{}', '{id,stage,status,run_key,try_number,since,until,guild_id,channel_id,started_at,ended_at,host,pid,process_started_at,version,counts,error,exit_code}')
ON CONFLICT (table_name) DO UPDATE SET personal = EXCLUDED.personal, other = EXCLUDED.other
    WHERE (personal_data.personal, personal_data.other) IS DISTINCT FROM (EXCLUDED.personal, EXCLUDED.other);

COMMIT;

RESET client_min_messages;
