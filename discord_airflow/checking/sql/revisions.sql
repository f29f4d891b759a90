-- Are the earlier texts of messages really earlier ones?
WITH found AS (
    SELECT 'message ' || r.message_id || ': an earlier text is the current one' AS example
      FROM message_revisions r JOIN messages m ON m.id = r.message_id WHERE m.content = r.content
    UNION ALL
    SELECT 'message ' || r.message_id || ': an earlier text does not match its digest'
      FROM message_revisions r
     WHERE r.text_digest <> ('x' || substr(encode(sha256(convert_to(r.content, 'UTF8')), 'hex'), 1, 16))::bit(64)::bigint
)
SELECT (SELECT count(*) FROM message_revisions), (SELECT count(*) FROM found), ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
