-- What did this user block say?
SELECT user_id, name, discriminator, nickname, color, avatar_url, is_bot, keys, roles, residue
  FROM profiles WHERE user_id = %(user_id)s AND digest = %(digest)s;
