-- What do these messages say, where and by whom, and what do they answer?
SELECT channels.guild_id, guilds.name AS guild_name, m.channel_id, channels.name AS channel_name,
       m.id AS message_id, m.author_id,
       coalesce(members.nickname, users.name, m.author_id::text) AS author_name,
       m.author_kind = 1 AS author_is_bot, m.kind, m.sent_at, m.edited_at, m.content,
       (SELECT count(*) FROM attachments WHERE message_id = m.id) AS attachments,
       (SELECT coalesce(sum(count), 0) FROM reactions WHERE message_id = m.id) AS reactions,
       CASE WHEN m.kind = 19 THEN m.reference_message_id END AS reply_to_id,
       coalesce(answered_member.nickname, answered_user.name, answered.author_id::text) AS replied_author,
       answered.content AS replied_content
  FROM unnest(%(message_ids)s::bigint[]) WITH ORDINALITY AS asked (id, place)
  JOIN messages AS m ON m.id = asked.id
  JOIN channels ON channels.id = m.channel_id
  JOIN guilds ON guilds.id = channels.guild_id
  LEFT JOIN users ON users.id = m.author_id
  LEFT JOIN members ON members.guild_id = channels.guild_id AND members.user_id = m.author_id
  LEFT JOIN messages AS answered
    ON m.kind = 19 AND answered.id = m.reference_message_id AND answered.channel_id = m.channel_id
       AND answered.deleted_at IS NULL
  LEFT JOIN users AS answered_user ON answered_user.id = answered.author_id
  LEFT JOIN members AS answered_member
    ON answered_member.guild_id = channels.guild_id AND answered_member.user_id = answered.author_id
 WHERE m.deleted_at IS NULL
 ORDER BY asked.place
