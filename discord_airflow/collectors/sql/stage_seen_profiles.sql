-- What would the blocks of the people who were seen again be, had they been read?
INSERT INTO incoming_profiles
SELECT p.user_id, p.guild_id, p.name, p.discriminator, p.nickname, p.color, p.avatar_url, p.is_bot, p.keys, p.roles, p.residue,
       p.digest,
       CASE WHEN p.is_bot THEN 1  -- the rule of author_kind_of
            WHEN p.user_id = %(placeholder_id)s OR starts_with(p.name, 'deleted_user_') THEN 2 ELSE 0 END,
       CASE WHEN p.roles IS NOT NULL
            THEN ARRAY(SELECT (role ->> 'id')::bigint
                         FROM jsonb_array_elements(p.roles) WITH ORDINALITY AS listed (role, place) ORDER BY place) END
  FROM seen_people s JOIN profiles p ON p.user_id = s.user_id AND p.digest = s.profile;
