-- Under which names was each of these accounts seen, where and when, the latest first?
SELECT user_names.user_id, user_names.name, user_names.sort, user_names.guild_id,
       coalesce(guilds.name, user_names.guild_id::text) AS guild_name,
       user_names.first_observed_at, user_names.last_observed_at
  FROM user_names LEFT JOIN guilds ON guilds.id = user_names.guild_id
 WHERE user_names.user_id = ANY (%(user_ids)s::bigint[])
 ORDER BY user_names.user_id, user_names.last_observed_at DESC, user_names.sort, user_names.guild_id, user_names.name
