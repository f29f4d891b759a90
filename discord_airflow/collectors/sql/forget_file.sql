-- Read a damaged or rejected file as if for the first time.
WITH quarantined AS (DELETE FROM quarantine WHERE sha256 = %(sha256)s),
     covered AS (DELETE FROM coverage WHERE sha256 = %(sha256)s)
DELETE FROM ledger WHERE sha256 = %(sha256)s AND status <> 'whole';
