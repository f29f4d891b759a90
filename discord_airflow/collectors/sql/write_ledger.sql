-- The file is imported when, and only when, this row is committed.
INSERT INTO ledger (sha256, file_name, byte_size, status, guild_id, channel_id, range_after, range_before, exported_at,
                    observed_at, first_message_id, last_message_id, format, layout, header, messages, messages_stated,
                    messages_new, messages_edited, messages_changed, messages_unchanged, messages_older,
                    quarantined, replaced_characters, off_clock, importer_version)
VALUES (%(sha256)s, %(file_name)s, %(byte_size)s, %(status)s, %(guild_id)s, %(channel_id)s, %(range_after)s, %(range_before)s,
        %(exported_at)s, %(observed_at)s, %(first_message_id)s, %(last_message_id)s, %(format)s, %(layout)s,
        %(header)s::jsonb, %(messages)s, %(messages_stated)s, %(new)s, %(edited)s, %(changed)s, %(unchanged)s, %(older)s,
        %(quarantined)s, %(replaced_characters)s, %(off_clock)s, %(importer_version)s)
ON CONFLICT (sha256) DO NOTHING;
