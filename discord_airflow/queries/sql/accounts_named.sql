-- Which accounts have or had exactly this name?
SELECT user_id FROM user_names WHERE name ILIKE ANY (%(exact)s::text[])
 UNION
SELECT id FROM users WHERE name ILIKE ANY (%(exact)s::text[])
 ORDER BY user_id
