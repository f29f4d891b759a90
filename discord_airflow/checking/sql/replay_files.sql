-- Which files were imported, in which order, and what was proven of them? A proof may leave out single messages.
SELECT l.sha256, l.file_name, min(c.state) FILTER (WHERE c.state IN ('complete', 'empty')) AS state,
       min(c.after_id) AS after_id, max(c.before_id) AS before_id
  FROM ledger l
  LEFT JOIN coverage c ON c.sha256 = l.sha256
 GROUP BY l.sha256
 ORDER BY l.imported_at, l.sha256
