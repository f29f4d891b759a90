-- Where do rows wait until they are merged? In tables of the session; whoever fills them empties them in the same
-- transaction. (To let every commit empty all of them costs more than a small import.)
CREATE TEMP TABLE incoming_messages (LIKE messages, place bigint NOT NULL);
CREATE TEMP TABLE incoming_attachments (LIKE attachments);
CREATE TEMP TABLE incoming_embeds (LIKE embeds);
CREATE TEMP TABLE incoming_stickers (LIKE stickers);
CREATE TEMP TABLE incoming_reactions (LIKE reactions);
CREATE TEMP TABLE incoming_reaction_users (LIKE reaction_users);
CREATE TEMP TABLE incoming_mentions (LIKE mentions);
CREATE TEMP TABLE incoming_inline_emojis (LIKE inline_emojis);
CREATE TEMP TABLE incoming_interactions (LIKE interactions);
CREATE TEMP TABLE incoming_forwarded_messages (LIKE forwarded_messages);

CREATE TEMP TABLE incoming_emojis (LIKE emojis);
CREATE TEMP TABLE incoming_roles (
    id       bigint NOT NULL,
    name     text NOT NULL,
    color    text,
    position integer NOT NULL
);
CREATE TEMP TABLE incoming_profiles (
    user_id       bigint NOT NULL,
    guild_id      bigint NOT NULL,
    name          text NOT NULL,
    discriminator text,
    nickname      text,
    color         text,
    avatar_url    text,
    is_bot        boolean NOT NULL,
    keys          smallint NOT NULL,
    roles         jsonb,
    residue       jsonb,
    digest        bigint NOT NULL,
    author_kind   smallint NOT NULL,
    role_ids      bigint[]
);

-- Who is shown by stored messages that were recognised.
CREATE TEMP TABLE seen_people (
    user_id bigint NOT NULL,
    profile bigint NOT NULL
);

-- First and last of the new messages, by author and kind.
CREATE TEMP TABLE incoming_authors (
    author_id        bigint NOT NULL,
    kind             smallint,
    author_kind      smallint NOT NULL,
    first_sent_at    timestamptz NOT NULL,
    first_message_id bigint NOT NULL,
    last_sent_at     timestamptz NOT NULL,
    last_message_id  bigint NOT NULL
);

-- Ranges of ids of which all stored messages were seen again as they are, and what that makes of the channel's ranges.
CREATE TEMP TABLE incoming_confirmations (
    channel_id  bigint NOT NULL,
    from_id     bigint NOT NULL,
    to_id       bigint NOT NULL,
    observed_at timestamptz NOT NULL
);
CREATE TEMP TABLE painted_confirmations (LIKE confirmations);

-- What each staged message is to the one that is stored, and what that one was.
CREATE TEMP TABLE verdicts (
    id             bigint PRIMARY KEY,
    verdict        text NOT NULL,                -- new, edited, changed, unchanged, older
    is_newer       boolean NOT NULL,             -- observed later than what is stored
    keeps_author   boolean NOT NULL,             -- newer, but the account is deleted now and the stored author was a real one
    gives_author   boolean NOT NULL,             -- older, but it still knows an author whose account is deleted now
    old_channel_id bigint,
    old_author_id  bigint,
    old_sent_at    timestamptz,
    old_persons    boolean,                      -- did it count as a person's message?
    was_deleted    boolean,
    old_observed_at timestamptz
);

-- Who wrote in which channel has to be looked up again.
CREATE TEMP TABLE touched_authors (
    channel_id bigint NOT NULL,
    author_id  bigint NOT NULL
);
