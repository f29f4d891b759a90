-- What would somebody make first? Four tables with their keys.
CREATE TABLE IF NOT EXISTS naive_users (id bigint PRIMARY KEY, name text, nickname text);
CREATE TABLE IF NOT EXISTS naive_messages (
    id bigint PRIMARY KEY, channel_id bigint, author_id bigint, sent_at timestamptz, edited_at timestamptz, content text);
CREATE TABLE IF NOT EXISTS naive_attachments (id bigint PRIMARY KEY, message_id bigint, url text, file_name text);
CREATE TABLE IF NOT EXISTS naive_reactions (message_id bigint, emoji text, count integer, PRIMARY KEY (message_id, emoji));
