-- Let searches find messages of a range of ids without reading all of them; imports go on meanwhile.
CREATE INDEX CONCURRENTLY {name} ON messages USING gin (content gin_trgm_ops, search_signs(content))
 WHERE id >= {first_id} AND id < {end_id}
