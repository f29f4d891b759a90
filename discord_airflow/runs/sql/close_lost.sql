-- These runs have no process any more; when they ended nobody knows.
UPDATE runs SET status = 'lost' WHERE id = ANY (%(ids)s) AND status = 'running'
