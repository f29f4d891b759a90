-- Which messages of each server's window did most people react to?
WITH given AS MATERIALIZED (  -- reactions are fewer than messages: only those that have some are looked up
    SELECT message_id, sum(count) AS reactions, bool_and(users_listed) AS users_listed
      FROM reactions_in(%(since)s, %(until)s) AS reactions
     GROUP BY message_id HAVING sum(count) > 0
), reacted AS MATERIALIZED (
    SELECT m.id, channels.guild_id, m.channel_id, m.author_id, m.author_kind, m.sent_at, given.reactions, given.users_listed
      FROM given
      JOIN messages_in(%(since)s, %(until)s) AS m ON m.id = given.message_id
     CROSS JOIN LATERAL (  -- by its key, whatever the planner expects of the join above
        SELECT * FROM counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS counted
         WHERE counted.id = m.channel_id OFFSET 0
     ) AS channels
     WHERE is_written_message(m.kind, m.author_kind, m.deleted_at)
), scored AS (  -- asked of each message: a join of two lists may be planned for one row, and compares each with each
    SELECT reacted.*,
           CASE WHEN users_listed
                THEN (SELECT count(DISTINCT reaction_users.user_id)
                        FROM reaction_users LEFT JOIN users ON users.id = reaction_users.user_id
                       WHERE reaction_users.message_id = reacted.id AND reaction_users.user_id <> reacted.author_id
                         AND coalesce(users.author_kind, 0) <> 1)
           END AS reactors,
           (SELECT count(*) FROM messages AS answer
             WHERE answer.reference_message_id = reacted.id AND answer.kind = 19 AND answer.sent_at < %(until)s
               AND is_written_message(answer.kind, answer.author_kind, answer.deleted_at)) AS replies
      FROM reacted
), ranked AS (
    -- Where the export does not list who reacted, Discord's own count stands in for the people.
    SELECT *, row_number() OVER (
               PARTITION BY guild_id
               ORDER BY coalesce(reactors, reactions) DESC, reactions DESC, replies DESC, sent_at, id) AS place
      FROM scored
), chosen AS MATERIALIZED (
    SELECT * FROM ranked WHERE %(limit)s::bigint IS NULL OR place <= %(limit)s
)
SELECT chosen.guild_id, guilds.name AS guild_name, chosen.channel_id, channels.name AS channel_name,
       chosen.id AS message_id, chosen.author_id,
       coalesce(members.nickname, users.name, chosen.author_id::text) AS author_name,
       chosen.author_kind = 2 AS author_is_deleted_account, chosen.sent_at, messages.content,
       chosen.reactors, chosen.reactions, chosen.replies,
       (SELECT count(*) FROM attachments WHERE message_id = chosen.id) AS attachments,
       (SELECT count(*) FROM embeds WHERE message_id = chosen.id) AS embeds,
       (SELECT count(*) FROM stickers WHERE message_id = chosen.id) AS stickers,
       shown.emoji_names, shown.emoji_ids, shown.emoji_counts
  FROM chosen
  JOIN messages ON messages.id = chosen.id
  JOIN guilds ON guilds.id = chosen.guild_id
  JOIN channels ON channels.id = chosen.channel_id
  LEFT JOIN users ON users.id = chosen.author_id
  LEFT JOIN members ON members.guild_id = chosen.guild_id AND members.user_id = chosen.author_id
 CROSS JOIN LATERAL (
    SELECT array_agg(coalesce(emojis.name, '') ORDER BY reactions.count DESC, reactions.position) AS emoji_names,
           array_agg(emojis.id ORDER BY reactions.count DESC, reactions.position) AS emoji_ids,
           array_agg(reactions.count ORDER BY reactions.count DESC, reactions.position) AS emoji_counts
      FROM reactions LEFT JOIN emojis ON emojis.digest = reactions.emoji
     WHERE reactions.message_id = chosen.id AND reactions.count > 0
 ) AS shown
 ORDER BY chosen.guild_id, place
