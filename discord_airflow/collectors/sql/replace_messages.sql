-- Which stored messages does the file know better? Replace them with all they carry; a known author stays known.
UPDATE messages m
   SET channel_id = i.channel_id,
       author_id = CASE WHEN v.keeps_author THEN m.author_id ELSE i.author_id END,
       author_profile = CASE WHEN v.keeps_author THEN m.author_profile ELSE i.author_profile END,
       author_kind = CASE WHEN v.keeps_author THEN m.author_kind ELSE i.author_kind END,
       author_observed_at = CASE WHEN v.keeps_author THEN coalesce(m.author_observed_at, v.old_observed_at) END,
       digest = i.digest, sent_at = i.sent_at, observed_at = i.observed_at, edited_at = i.edited_at,
       call_ended_at = i.call_ended_at,
       deleted_at = CASE WHEN m.deleted_at > i.observed_at THEN m.deleted_at END,
       reference_message_id = i.reference_message_id, reference_channel_id = i.reference_channel_id,
       reference_guild_id = i.reference_guild_id,
       kind = i.kind, utc_offset = i.utc_offset, edited_utc_offset = i.edited_utc_offset, variant = i.variant,
       is_pinned = i.is_pinned, off_clock = i.off_clock, type = i.type, reference_type = i.reference_type,
       content = i.content, residue = i.residue, source_digest = i.source_digest,
       confirmed_after = CASE WHEN m.channel_id = i.channel_id THEN m.confirmed_after
                              ELSE (SELECT max(c.number) FROM confirmations c
                                     WHERE c.channel_id = i.channel_id AND i.id BETWEEN c.from_id AND c.to_id
                                       AND c.observed_at > i.observed_at) END
  FROM verdicts v
  JOIN incoming_messages i ON i.id = v.id
 WHERE v.verdict IN ('edited', 'changed') AND m.id = v.id;

DELETE FROM attachments c USING verdicts v WHERE v.verdict IN ('edited', 'changed') AND c.message_id = v.id;
DELETE FROM embeds c USING verdicts v WHERE v.verdict IN ('edited', 'changed') AND c.message_id = v.id;
DELETE FROM stickers c USING verdicts v WHERE v.verdict IN ('edited', 'changed') AND c.message_id = v.id;
DELETE FROM reactions c USING verdicts v WHERE v.verdict IN ('edited', 'changed') AND c.message_id = v.id;
DELETE FROM reaction_users c USING verdicts v WHERE v.verdict IN ('edited', 'changed') AND c.message_id = v.id;
DELETE FROM mentions c USING verdicts v WHERE v.verdict IN ('edited', 'changed') AND c.message_id = v.id;
DELETE FROM inline_emojis c USING verdicts v WHERE v.verdict IN ('edited', 'changed') AND c.message_id = v.id;
DELETE FROM interactions c USING verdicts v WHERE v.verdict IN ('edited', 'changed') AND c.message_id = v.id;
DELETE FROM forwarded_messages c USING verdicts v WHERE v.verdict IN ('edited', 'changed') AND c.message_id = v.id;
