-- Does every message, channel, coverage row and file belong to something that is stored?
WITH found AS (
    SELECT 'message ' || m.id || ' of unknown channel ' || m.channel_id AS example
      FROM messages m WHERE NOT EXISTS (SELECT FROM channels WHERE channels.id = m.channel_id)
    UNION ALL
    SELECT 'channel ' || c.id || ' of unknown server ' || c.guild_id
      FROM channels c WHERE NOT EXISTS (SELECT FROM guilds WHERE guilds.id = c.guild_id)
    UNION ALL
    SELECT 'file ' || l.file_name || ' of unknown channel ' || l.channel_id
      FROM ledger l WHERE l.status <> 'rejected' AND NOT EXISTS (SELECT FROM channels WHERE channels.id = l.channel_id)
    UNION ALL
    SELECT 'coverage of channel ' || c.channel_id || ' from an unknown file'
      FROM coverage c WHERE c.sha256 IS NOT NULL AND NOT EXISTS (SELECT FROM ledger WHERE ledger.sha256 = c.sha256)
    UNION ALL
    SELECT 'quarantined entry ' || q.position || ' of an unknown file'
      FROM quarantine q WHERE NOT EXISTS (SELECT FROM ledger WHERE ledger.sha256 = q.sha256)
)
SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM channels) + (SELECT count(*) FROM ledger)
       + (SELECT count(*) FROM coverage),
       (SELECT count(*) FROM found), ARRAY(SELECT example FROM found ORDER BY 1 LIMIT 5)
