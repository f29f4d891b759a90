-- Which message stands so many before the end of the window, counted back through all of them?
SELECT id AS message_id FROM messages WHERE id < %(end_id)s::bigint ORDER BY id DESC OFFSET %(messages)s LIMIT 1
