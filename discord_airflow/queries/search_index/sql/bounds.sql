-- At which ids does each part of so many messages end, counted from an id on?
SELECT id
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS number, lead(id) OVER (ORDER BY id) AS next_id
          FROM messages WHERE id >= %(first_id)s AND NOT off_clock) AS numbered
 WHERE mod(number, %(messages)s) = 0 OR next_id IS NULL
 ORDER BY id
