-- Which id ranges of the window does no export of each channel hold?
WITH exported AS (
    -- A channel needs no export from before it was made, which its id tells unless its own messages contradict it.
    SELECT id AS channel_id, guild_id, name AS channel_name,
           CASE WHEN (SELECT m.id FROM messages AS m WHERE m.channel_id = channels.id ORDER BY m.id LIMIT 1) < id
                THEN 0 ELSE id END AS made_id
      FROM counted_channels(%(guild_ids)s::bigint[], %(excluded_channels)s::bigint[]) AS channels
     WHERE raw IS NOT NULL
), needed AS (
    SELECT channel_id, guild_id, channel_name,
           greatest(snowflake_at(%(since)s), least(made_id, snowflake_at(%(until)s))) AS first_id,
           snowflake_at(%(until)s) AS end_id
      FROM exported
), held AS (
    SELECT needed.channel_id, greatest(coverage.after_id + 1, first_id) AS first_id,
           least(coverage.before_id, end_id) AS end_id
      FROM needed JOIN coverage_in(%(since)s, %(until)s) AS coverage ON coverage.channel_id = needed.channel_id
     WHERE coverage.state = ANY (%(states)s::text[])
       AND coverage.before_id > needed.first_id AND coverage.after_id + 1 < needed.end_id
    UNION ALL
    SELECT channel_id, end_id, end_id FROM needed  -- the end of the window, so that the last gap ends somewhere
), steps AS (
    SELECT channel_id, first_id,
           max(end_id) OVER (PARTITION BY channel_id ORDER BY first_id, end_id
                             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS held_to
      FROM held
), gaps AS (
    SELECT needed.guild_id, needed.channel_id, needed.channel_name,
           coalesce(steps.held_to, needed.first_id) AS first_id, steps.first_id AS end_id
      FROM steps JOIN needed ON needed.channel_id = steps.channel_id
     WHERE steps.first_id > coalesce(steps.held_to, needed.first_id)
)
SELECT gaps.*, failure.reason
  FROM gaps
  LEFT JOIN LATERAL (
    SELECT CASE WHEN reason IS NULL THEN state ELSE state || ': ' || reason END AS reason
      FROM coverage_in(%(since)s, %(until)s) AS coverage
     WHERE coverage.channel_id = gaps.channel_id AND state IN ('partial', 'forbidden', 'failed')
       AND before_id > gaps.first_id AND after_id + 1 < gaps.end_id
     ORDER BY observed_at DESC, state, after_id, before_id LIMIT 1
  ) AS failure ON true
 ORDER BY gaps.guild_id, gaps.channel_id, gaps.first_id
