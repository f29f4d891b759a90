-- What did this emoji block say?
SELECT id, name, code, is_animated, image_url, id_is_null, residue FROM emojis WHERE digest = %(digest)s;
