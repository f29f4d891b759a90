-- Up to which id was any channel of these servers collected?
SELECT max((SELECT before_id FROM coverage  -- by its index, and not out of all exports of years
             WHERE guild_id = guilds.id AND state IN ('complete', 'empty', 'claimed')
             ORDER BY before_id DESC LIMIT 1)) AS end_id
  FROM guilds
 WHERE %(guild_ids)s::bigint[] IS NULL OR guilds.id = ANY (%(guild_ids)s::bigint[]);
