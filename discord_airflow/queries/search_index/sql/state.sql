-- Is there an index for searching in texts, is it whole, and how large is it?
SELECT indexes.indisvalid AS is_whole, pg_relation_size(indexes.indexrelid) AS byte_size
  FROM pg_index AS indexes
  JOIN pg_class AS names ON names.oid = indexes.indexrelid
 WHERE indexes.indrelid = 'messages'::regclass AND names.relname = 'messages_content_trigrams'
