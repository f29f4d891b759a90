-- Which of these tables have grown by more than a tenth since somebody last looked what is in them?
SELECT relname
  FROM pg_class
 WHERE oid = ANY (%(tables)s::regclass[])
   AND pg_relation_size(oid) > 1.1 * relpages * current_setting('block_size')::bigint + 128 * 1024
 ORDER BY relname;
