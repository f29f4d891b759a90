-- How did a model's own counts of tokens compare with our estimates, in its last twenty answers?
SELECT counted_tokens::float8 / estimated_tokens AS ratio
  FROM digest_chunks
 WHERE model_digest = %(model_digest)s AND counted_tokens IS NOT NULL AND estimated_tokens > 0
 ORDER BY made_at DESC, key
 LIMIT 20;
