-- Which files were imported, in which order, and what was proven of them?
SELECT l.sha256, l.file_name, c.state, c.after_id, c.before_id
  FROM ledger l
  LEFT JOIN coverage c ON c.sha256 = l.sha256 AND c.state IN ('complete', 'empty')
 ORDER BY l.imported_at, l.sha256
