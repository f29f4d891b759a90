-- Which columns does each table of a schema have?
SELECT t.tablename, array_agg(a.attname::text ORDER BY a.attnum)
  FROM pg_tables t
  JOIN pg_attribute a ON a.attrelid = format('%%I.%%I', t.schemaname, t.tablename)::regclass AND a.attnum > 0 AND NOT a.attisdropped
 WHERE t.schemaname = %(schema)s
 GROUP BY t.tablename ORDER BY t.tablename
