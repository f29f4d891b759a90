-- File a language model's answer; an answer that is already there stays.
INSERT INTO digest_chunks
    (key, guild_id, model_digest, prompt, message_ids, answer, estimated_tokens, counted_tokens)
VALUES (%(key)s, %(guild_id)s, %(model_digest)s, %(prompt)s, %(message_ids)s, %(answer)s,
        %(estimated_tokens)s, %(counted_tokens)s)
ON CONFLICT (key) DO NOTHING;
