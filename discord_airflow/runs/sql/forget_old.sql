-- What ran more than 400 days ago is nobody's concern any more.
DELETE FROM runs WHERE started_at < now() - interval '400 days'
