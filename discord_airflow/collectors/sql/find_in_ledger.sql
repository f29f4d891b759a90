-- Was this file imported before?
SELECT status, guild_id, channel_id, observed_at FROM ledger WHERE sha256 = %(sha256)s;
