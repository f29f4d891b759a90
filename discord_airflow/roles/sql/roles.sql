-- Four roles without a login, for logins of your own: CREATE ROLE dashboard LOGIN PASSWORD '...' IN ROLE discord_reporter;
--   discord_owner      owns the tables: migrations, the search index
--   discord_importer   imports and collects: writes messages, reads everything
--   discord_publisher  makes reports: writes reports and digests, reads everything
--   discord_reporter   queries, check, verify, dashboards: reads everything, writes nothing but that it ran
-- All of them write what they ran to the run ledger; old rows of it are deleted by those who write anyway.
-- Everybody else gets nothing. It is safe to run this again, and needed after a migration that adds tables.
DO $$
DECLARE
    data    constant text[] := '{ledger,quarantine,coverage,guilds,channels,users,members,roles,profiles,emojis,messages,
        confirmations,message_revisions,attachments,embeds,stickers,reactions,reaction_users,mentions,inline_emojis,interactions,
        forwarded_messages,channel_authors}';
    reports constant text[] := '{report_runs,report_sections,digest_chunks,posted_pieces}';
    role    text;
    owned   record;
BEGIN
    PERFORM pg_advisory_xact_lock(7236451120);
    FOREACH role IN ARRAY '{discord_owner,discord_importer,discord_publisher,discord_reporter}'::text[] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role);
        END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role);
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', role);
    END LOOP;

    IF NOT pg_has_role(current_user, 'discord_owner', 'MEMBER') THEN
        EXECUTE format('GRANT discord_owner TO %I', current_user);
    END IF;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO discord_owner, discord_importer', current_database());
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT CREATE ON SCHEMA public TO discord_owner;

    FOR owned IN SELECT c.oid::regclass AS name, c.relkind
                   FROM pg_class c
                  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
                    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, discord_importer, discord_publisher, discord_reporter', owned.name);
        EXECUTE format('ALTER %s %s OWNER TO discord_owner', CASE owned.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, owned.name);
        EXECUTE format('GRANT SELECT ON %s TO discord_importer, discord_publisher, discord_reporter', owned.name);
    END LOOP;
    FOR owned IN SELECT p.oid::regprocedure AS name
                   FROM pg_proc p
                  WHERE p.pronamespace = 'public'::regnamespace
                    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO discord_owner', owned.name);
    END LOOP;

    FOREACH role IN ARRAY data LOOP
        EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %I TO discord_importer', role);
    END LOOP;
    FOREACH role IN ARRAY reports LOOP
        EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %I TO discord_publisher', role);
    END LOOP;
    GRANT INSERT, UPDATE ON runs TO discord_importer, discord_publisher, discord_reporter;
    GRANT DELETE ON runs TO discord_importer, discord_publisher;
END
$$
