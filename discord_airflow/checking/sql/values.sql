-- Are ids and kinds what they can be? (Sizes and counts are kept as a file says them, however odd.)
WITH found AS (
    SELECT 'message ' || m.id || ' has an impossible id or kind' AS example
      FROM messages m
     WHERE m.id < 1 OR m.channel_id < 1 OR m.author_id < 1 OR m.author_kind NOT IN (0, 1, 2) OR m.digest < 0
    UNION ALL
    SELECT 'message ' || m.id || ': its author is of another kind than the profile says'
      FROM messages m JOIN profiles p ON p.user_id = m.author_id AND p.digest = m.author_profile
     WHERE m.author_kind <> CASE WHEN p.is_bot THEN 1
                                 WHEN p.user_id = 456226577798135808 OR starts_with(p.name, 'deleted_user_') THEN 2
                                 ELSE 0 END
    UNION ALL
    SELECT 'message ' || id || ' is a "' || type || '" but counts as kind ' || coalesce(kind::text, 'unknown')
      FROM messages
     WHERE kind IS DISTINCT FROM CASE type WHEN 'Default' THEN 0 WHEN 'Reply' THEN 19 WHEN '19' THEN 19 ELSE kind END
        OR (kind IN (0, 19) AND type NOT IN ('Default', 'Reply', '0', '19'))
)
SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM found), ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
