-- Give up the index for searching in texts; imports go on meanwhile.
DROP INDEX CONCURRENTLY IF EXISTS messages_content_trigrams
