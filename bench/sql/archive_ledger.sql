-- The files that all this came from: one of each channel and day, collected the night after and proven complete.
INSERT INTO ledger (sha256, file_name, byte_size, status, guild_id, channel_id, range_after, range_before, exported_at,
                    observed_at, format, layout, header, messages, messages_stated, messages_new, importer_version, imported_at)
SELECT encode(sha256((channels.id || ' ' || day)::bytea), 'hex'), channels.name || ' ' || day || '.json',
       1000 + 1500 * coalesce(found.messages, 0), 'whole', channels.guild_id, channels.id, day, day + interval '1 day',
       day + interval '1 day 3 hours', day + interval '1 day 3 hours', '2.47', 'exporter',
       jsonb_build_object('guild', jsonb_build_object('id', channels.guild_id::text, 'name', guilds.name),
                          'channel', jsonb_build_object('id', channels.id::text, 'type', channels.type, 'name', channels.name),
                          'dateRange', jsonb_build_object('after', day, 'before', day + interval '1 day'),
                          'exportedAt', day + interval '1 day 3 hours'),
       coalesce(found.messages, 0), coalesce(found.messages, 0), coalesce(found.messages, 0), '0.1.0',
       day + interval '1 day 4 hours'
  FROM generate_series(date_trunc('day', %(start)s::timestamptz, 'UTC'), date_trunc('day', %(until)s::timestamptz, 'UTC'), interval '1 day') AS day
 CROSS JOIN channels JOIN guilds ON guilds.id = channels.guild_id
  LEFT JOIN (SELECT channel_id, observed_at, count(*) AS messages FROM messages GROUP BY channel_id, observed_at) AS found
    ON found.channel_id = channels.id AND found.observed_at = day + interval '1 day 3 hours'
 ORDER BY day, channels.id;

INSERT INTO coverage (channel_id, after_id, before_id, observed_at, state, guild_id, sha256)
SELECT channel_id,
       CASE WHEN range_after = min(range_after) OVER () THEN 0 ELSE snowflake_at(range_after) - 1 END,
       snowflake_at(range_before), observed_at, CASE messages WHEN 0 THEN 'empty' ELSE 'complete' END, guild_id, sha256
  FROM ledger ORDER BY observed_at, channel_id;

INSERT INTO channel_authors (channel_id, author_id, first_sent_at, first_message_id, last_sent_at, last_message_id)
SELECT channel_id, author_id, min(sent_at), min(id), max(sent_at), max(id)
  FROM messages WHERE is_persons_message(kind, author_kind, deleted_at) GROUP BY channel_id, author_id;
