-- Up to which message is each channel of a guild stored, within what is proven of it?
SELECT c.id AS channel_id, c.name, newest.id AS newest_id
  FROM channels c
  LEFT JOIN LATERAL (SELECT max(v.before_id) AS before_id
                       FROM coverage v
                      WHERE v.channel_id = c.id AND v.state IN ('complete', 'empty')) proven ON true
  LEFT JOIN LATERAL (SELECT m.id
                       FROM messages m
                      WHERE m.channel_id = c.id AND m.id < proven.before_id
                      ORDER BY m.id DESC
                      LIMIT 1) newest ON true
 WHERE c.guild_id = %(guild_id)s AND c.raw IS NOT NULL
 ORDER BY c.id;
