-- Which of these files has the ledger not seen?
SELECT sha256 FROM unnest(%(hashes)s::text[]) AS found (sha256)
 WHERE NOT EXISTS (SELECT FROM ledger WHERE ledger.sha256 = found.sha256);
