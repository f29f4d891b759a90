-- Which indexes for searching in texts are there, of which ids, are they whole, and how large are they?
SELECT names.relname AS name,
       coalesce(substring(names.relname FROM '^messages_search_([0-9]+)_[0-9]+$')::bigint, 0) AS first_id,
       coalesce(substring(names.relname FROM '^messages_search_[0-9]+_([0-9]+)$')::bigint, 0) AS end_id,
       indexes.indisvalid AS is_whole, pg_relation_size(indexes.indexrelid) AS byte_size
  FROM pg_index AS indexes
  JOIN pg_class AS names ON names.oid = indexes.indexrelid
 WHERE indexes.indrelid = to_regclass('messages')
   -- The second name is that of the one index for everything that there was before.
   AND (names.relname ~ '^messages_search_[0-9]+_[0-9]+$' OR names.relname = 'messages_content_trigrams')
 ORDER BY first_id
