-- Which of these staging tables have grown too large to be emptied row by row?
SELECT name FROM unnest(%(tables)s::text[]) name WHERE pg_relation_size(('pg_temp.' || name)::regclass) > 262144;
