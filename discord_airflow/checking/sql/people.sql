-- Is everybody who is named stored: the block an export showed, the account, the member of the server?
WITH shown AS (
    SELECT author_id AS user_id, author_profile AS profile, 'author of message ' || id AS role FROM messages
    UNION ALL SELECT user_id, profile, 'mentioned in message ' || message_id FROM mentions
    UNION ALL SELECT user_id, profile, 'reacted to message ' || message_id FROM reaction_users
    UNION ALL SELECT user_id, profile, 'used a command in message ' || message_id FROM interactions
), found AS (
    SELECT role || ': no profile of ' || user_id AS example
      FROM shown WHERE NOT EXISTS (SELECT FROM profiles p WHERE p.user_id = shown.user_id AND p.digest = shown.profile)
    UNION ALL
    SELECT 'account ' || user_id || ' of a profile is not in users'
      FROM profiles p WHERE NOT EXISTS (SELECT FROM users WHERE users.id = p.user_id)
    UNION ALL
    SELECT 'account ' || user_id || ' of a profile is no member of server ' || guild_id
      FROM profiles p WHERE NOT EXISTS (SELECT FROM members m WHERE m.user_id = p.user_id AND m.guild_id = p.guild_id)
    UNION ALL
    SELECT 'user ' || id || ' has a name that no export showed'
      FROM users u
     WHERE NOT EXISTS (SELECT FROM profiles p WHERE p.user_id = u.id AND p.name = u.name
                                                AND p.discriminator IS NOT DISTINCT FROM u.discriminator)
    UNION ALL
    SELECT 'member ' || m.user_id || ' of server ' || m.guild_id || ' is other than the profile it was taken from'
      FROM members m
     WHERE NOT EXISTS (SELECT FROM profiles p
                        WHERE p.user_id = m.user_id AND p.digest = m.profile AND p.guild_id = m.guild_id
                          AND p.nickname IS NOT DISTINCT FROM m.nickname AND p.color IS NOT DISTINCT FROM m.color
                          AND p.avatar_url IS NOT DISTINCT FROM m.avatar_url)
)
SELECT (SELECT count(*) FROM shown), (SELECT count(*) FROM found), ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
