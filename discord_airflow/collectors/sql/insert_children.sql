-- What do the new and the replaced messages carry?
INSERT INTO attachments (message_id, position, id, url, file_name, byte_size)
SELECT c.message_id, c.position, c.id, c.url, c.file_name, c.byte_size
  FROM incoming_attachments c JOIN verdicts v ON v.id = c.message_id AND v.verdict IN ('new', 'edited', 'changed')
 ORDER BY c.message_id, c.position;

INSERT INTO embeds (message_id, position, title, url, description, raw)
SELECT c.message_id, c.position, c.title, c.url, c.description, c.raw
  FROM incoming_embeds c JOIN verdicts v ON v.id = c.message_id AND v.verdict IN ('new', 'edited', 'changed')
 ORDER BY c.message_id, c.position;

INSERT INTO stickers (message_id, position, id, name, format, source_url)
SELECT c.message_id, c.position, c.id, c.name, c.format, c.source_url
  FROM incoming_stickers c JOIN verdicts v ON v.id = c.message_id AND v.verdict IN ('new', 'edited', 'changed')
 ORDER BY c.message_id, c.position;

INSERT INTO reactions (message_id, position, emoji, count, users_listed)
SELECT c.message_id, c.position, c.emoji, c.count, c.users_listed
  FROM incoming_reactions c JOIN verdicts v ON v.id = c.message_id AND v.verdict IN ('new', 'edited', 'changed')
 ORDER BY c.message_id, c.position;

INSERT INTO reaction_users (message_id, position, ordinal, user_id, profile)
SELECT c.message_id, c.position, c.ordinal, c.user_id, c.profile
  FROM incoming_reaction_users c JOIN verdicts v ON v.id = c.message_id AND v.verdict IN ('new', 'edited', 'changed')
 ORDER BY c.message_id, c.position, c.ordinal;

INSERT INTO mentions (message_id, position, user_id, profile)
SELECT c.message_id, c.position, c.user_id, c.profile
  FROM incoming_mentions c JOIN verdicts v ON v.id = c.message_id AND v.verdict IN ('new', 'edited', 'changed')
 ORDER BY c.message_id, c.position;

INSERT INTO inline_emojis (message_id, position, emoji)
SELECT c.message_id, c.position, c.emoji
  FROM incoming_inline_emojis c JOIN verdicts v ON v.id = c.message_id AND v.verdict IN ('new', 'edited', 'changed')
 ORDER BY c.message_id, c.position;

INSERT INTO interactions (message_id, id, name, user_id, profile)
SELECT c.message_id, c.id, c.name, c.user_id, c.profile
  FROM incoming_interactions c JOIN verdicts v ON v.id = c.message_id AND v.verdict IN ('new', 'edited', 'changed')
 ORDER BY c.message_id;

INSERT INTO forwarded_messages (message_id, sent_at, edited_at, utc_offset, edited_utc_offset,
                                content, attachments, embeds, stickers)
SELECT c.message_id, c.sent_at, c.edited_at, c.utc_offset, c.edited_utc_offset,
       c.content, c.attachments, c.embeds, c.stickers
  FROM incoming_forwarded_messages c JOIN verdicts v ON v.id = c.message_id AND v.verdict IN ('new', 'edited', 'changed')
 ORDER BY c.message_id;
