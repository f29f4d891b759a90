-- Which messages did a complete export of their range not show any more? It is the last one that counts.
WITH buried AS (
    UPDATE messages m
       SET deleted_at = %(observed_at)s
     WHERE channel_id = %(channel_id)s AND id > %(after_id)s AND id < %(before_id)s
       AND observed_at < %(observed_at)s
       AND (deleted_at IS NULL OR deleted_at < %(observed_at)s)
       AND NOT EXISTS (SELECT FROM confirmations_of(m.channel_id, m.id, m.confirmed_after) c
                        WHERE c.observed_at >= %(observed_at)s)
    RETURNING channel_id, author_id
)
INSERT INTO touched_authors SELECT DISTINCT channel_id, author_id FROM buried;
