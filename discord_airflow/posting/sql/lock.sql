-- May this session post the report's summary, or does another one right now? Held until the session ends.
SELECT pg_try_advisory_lock(hashtextextended('discord_airflow post ' || %(report_day)s::text, %(webhook_id)s::bigint));
