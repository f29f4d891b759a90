-- How many messages have ids of this range? It is enough to know that they are so many.
SELECT count(*) FROM (SELECT FROM messages WHERE id >= %(first_id)s AND id < %(end_id)s LIMIT %(most)s) AS newer
