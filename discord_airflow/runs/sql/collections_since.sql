-- Does the daily collection run here, and has one that began at or after the instant brought its exports in?
WITH collections AS (
    SELECT run_key,
           min(started_at) FILTER (WHERE stage = 'list') AS began_at,
           -- 65: some exports hold what cannot be stored; the rest is in, and no other try follows
           bool_or(stage = 'import' AND (status = 'done' OR exit_code = 65)) AS is_imported
      FROM runs
     WHERE starts_with(run_key, 'discord_collect/') AND started_at >= %(instant)s::timestamptz - interval '3 days'
     GROUP BY run_key
)
SELECT coalesce(bool_or(is_imported), false) AS is_in_use,
       coalesce(bool_or(is_imported AND began_at >= %(instant)s), false) AS is_done
  FROM collections
