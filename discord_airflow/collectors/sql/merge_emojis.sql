-- Which emoji were not known yet?
INSERT INTO emojis (digest, id, name, code, is_animated, image_url, id_is_null, residue)
SELECT DISTINCT ON (i.digest) i.digest, i.id, i.name, i.code, i.is_animated, i.image_url, i.id_is_null, i.residue
  FROM incoming_emojis i
 WHERE NOT EXISTS (SELECT FROM emojis e WHERE e.digest = i.digest OFFSET 0)
 ORDER BY i.digest
ON CONFLICT (digest) DO NOTHING;
