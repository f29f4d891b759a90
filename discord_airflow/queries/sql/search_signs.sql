-- By which signs can each of these words be looked up?
SELECT search_signs(word) AS signs FROM unnest(%(words)s::text[]) AS word
