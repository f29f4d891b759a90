-- Which messages sent in the window hold all of these words and none of those, in these places and by these people?
WITH found AS MATERIALIZED (  -- or the newest 50 of a rare word would be sought by reading the archive backwards
    SELECT m.id, m.sent_at
      FROM (
        -- The rule of messages_in, with ids as plain numbers: only with these the planner sees that an index for a
        -- range of ids will do.
        SELECT * FROM messages
         WHERE NOT off_clock AND id >= %(first_id)s::bigint AND id < %(end_id)s::bigint
           AND CASE WHEN sent_at >= %(since)s THEN sent_at < %(until)s ELSE false END
        UNION ALL
        SELECT * FROM messages
         WHERE off_clock AND sent_at >= %(since)s AND sent_at < %(until)s
      ) AS m
      JOIN counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
        ON channels.id = m.channel_id
     WHERE m.deleted_at IS NULL
       AND (%(channel_ids)s::bigint[] IS NULL
            OR channels.id = ANY (%(channel_ids)s::bigint[]) OR channels.parent_id = ANY (%(channel_ids)s::bigint[]))
       AND (%(unwanted_channels)s::bigint[] IS NULL
            OR (channels.id <> ALL (%(unwanted_channels)s::bigint[])
                AND coalesce(channels.parent_id, 0) <> ALL (%(unwanted_channels)s::bigint[])))
       AND (%(author_ids)s::bigint[] IS NULL OR m.author_id = ANY (%(author_ids)s::bigint[]))
       AND (%(unwanted_authors)s::bigint[] IS NULL OR m.author_id <> ALL (%(unwanted_authors)s::bigint[]))
       -- The longest words, in the form that the trigrams understand; what they do not know; then all others.
       AND (%(anchor_1)s::text[] IS NULL OR m.content ILIKE ANY (%(anchor_1)s::text[]))
       AND (%(anchor_2)s::text[] IS NULL OR m.content ILIKE ANY (%(anchor_2)s::text[]))
       AND (%(anchor_3)s::text[] IS NULL OR m.content ILIKE ANY (%(anchor_3)s::text[]))
       AND (%(signs)s::text[] IS NULL OR search_signs(m.content) @> %(signs)s::text[])
       AND (%(word_numbers)s::bigint[] = '{}'
            OR NOT EXISTS (SELECT FROM unnest(%(word_numbers)s::bigint[], %(word_patterns)s::text[])
                                       AS word (number, pattern)
                            GROUP BY word.number HAVING NOT bool_or(m.content ILIKE word.pattern)))
       AND (%(unwanted_patterns)s::text[] = '{}'
            OR NOT EXISTS (SELECT FROM unnest(%(unwanted_patterns)s::text[]) AS pattern WHERE m.content ILIKE pattern))
)
SELECT id AS message_id FROM found ORDER BY sent_at DESC, id DESC LIMIT %(limit)s::bigint
