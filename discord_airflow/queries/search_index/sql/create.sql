-- Let substring search find its messages without reading all of them; imports go on meanwhile.
CREATE INDEX CONCURRENTLY messages_content_trigrams ON messages USING gin (content gin_trgm_ops)
