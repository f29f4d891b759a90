-- How far is the building of the index for searching in texts? The second pass over the table checks the first.
SELECT phase, blocks_done, blocks_total
  FROM pg_stat_progress_create_index
 WHERE datname = current_database() AND relid = 'messages'::regclass
 ORDER BY pid
