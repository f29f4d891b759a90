-- Which rows stand in one of two tables only? (Braces are filled with names.)
WITH stored AS (
    SELECT {columns} FROM {stored}
), again AS (
    SELECT {columns} FROM {again}
), found AS (
    SELECT 'stored: ' || {table} || ' ' || left(one::text, 200) AS example FROM (TABLE stored EXCEPT ALL TABLE again) one
    UNION ALL
    SELECT 'imported again: ' || {table} || ' ' || left(one::text, 200) FROM (TABLE again EXCEPT ALL TABLE stored) one
)
SELECT (SELECT count(*) FROM stored), (SELECT count(*) FROM found), ARRAY(SELECT example FROM found ORDER BY 1 DESC LIMIT 4)
