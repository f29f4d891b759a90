-- Which staged messages did the database not have?
INSERT INTO messages (id, channel_id, author_id, author_profile, digest, sent_at, observed_at, edited_at, call_ended_at,
                      reference_message_id, reference_channel_id, reference_guild_id, kind, author_kind,
                      utc_offset, edited_utc_offset, variant, is_pinned, off_clock, type, reference_type, content, residue,
                      source_digest, confirmed_after)
SELECT i.id, i.channel_id, i.author_id, i.author_profile, i.digest, i.sent_at, i.observed_at, i.edited_at, i.call_ended_at,
       i.reference_message_id, i.reference_channel_id, i.reference_guild_id, i.kind, i.author_kind,
       i.utc_offset, i.edited_utc_offset, i.variant, i.is_pinned, i.off_clock, i.type, i.reference_type, i.content, i.residue,
       i.source_digest, later.number
  FROM incoming_messages i
  JOIN verdicts v ON v.id = i.id
  -- A later file that is there already did not show it: what it confirmed around it does not mean this one.
  LEFT JOIN LATERAL (SELECT nearest.number
                       FROM (SELECT c.to_id, c.number, c.observed_at FROM confirmations c
                              WHERE c.channel_id = i.channel_id AND c.from_id <= i.id
                              ORDER BY c.from_id DESC LIMIT 1) nearest
                      WHERE nearest.to_id >= i.id AND nearest.observed_at > i.observed_at) later ON true
 WHERE v.verdict = 'new'
 ORDER BY i.id;

INSERT INTO incoming_authors
SELECT i.author_id, i.kind, i.author_kind, i.sent_at, i.id, i.sent_at, i.id
  FROM incoming_messages i
  JOIN verdicts v ON v.id = i.id
 WHERE v.verdict = 'new';
