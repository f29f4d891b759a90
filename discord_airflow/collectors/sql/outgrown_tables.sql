-- Which of these tables differ by more than a tenth from what the planner's statistics were made of? Their size tells it at
-- once; the counts of changed rows arrive late, but know of changes in place and of a VACUUM that looked at the size only.
SELECT c.relname
  FROM pg_class c
  LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
 WHERE c.oid = ANY (%(tables)s::regclass[])
   AND (pg_relation_size(c.oid) > 1.1 * c.relpages * current_setting('block_size')::bigint + 128 * 1024
        OR s.n_mod_since_analyze > 0.1 * c.reltuples + 2000)
 ORDER BY c.relname;
