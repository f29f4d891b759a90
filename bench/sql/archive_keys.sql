-- The keys and indexes of the tables that a load fills, and how each is made and dropped.
SELECT tables.relname AS table_name, names.relname AS name, pg_get_indexdef(indexes.indexrelid) AS definition,
       pg_get_constraintdef(constraints.oid) AS key
  FROM pg_index AS indexes
  JOIN pg_class AS names ON names.oid = indexes.indexrelid
  JOIN pg_class AS tables ON tables.oid = indexes.indrelid
  LEFT JOIN pg_constraint AS constraints ON constraints.conindid = indexes.indexrelid
 WHERE tables.relname = ANY (%(tables)s)
 ORDER BY tables.relname, names.relname
