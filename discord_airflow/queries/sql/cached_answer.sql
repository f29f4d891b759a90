-- What did a language model answer to exactly this question?
SELECT answer FROM digest_chunks WHERE key = %(key)s;
