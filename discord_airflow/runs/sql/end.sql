-- A run has ended.
UPDATE runs SET status = %(status)s, ended_at = now(), since = coalesce(%(since)s, since), until = coalesce(%(until)s, until),
       counts = %(counts)s, error = %(error)s, exit_code = %(exit_code)s
 WHERE id = %(id)s
