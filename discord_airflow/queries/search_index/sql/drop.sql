-- Give up one index for searching in texts; imports go on meanwhile.
DROP INDEX CONCURRENTLY IF EXISTS {name}
