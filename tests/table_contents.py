"""All that a database holds, to be compared: the same rows give the same value."""

from psycopg import sql

# What tells of the way there and not of the result.
OF_THE_WAY = {
    "ledger": [
        "file_name", "imported_at", "messages_new", "messages_edited", "messages_changed", "messages_unchanged",
        "messages_older",
    ],
    "messages": ["observed_at", "source_digest", "confirmed_after"],  # and when it was observed is asked of the view
    "schema_version": ["applied_at"],
}  # fmt: skip
SKIPPED = ("personal_data", "report_runs", "report_sections")


def tables(connection):
    """The names of all tables."""
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    return [name for (name,) in found if name not in SKIPPED]


def contents(connection, *, without=()):
    """Each table's rows as text, sorted, and when each message was last observed; *without* some tables."""
    found = {table: [] for table in (*tables(connection), "observations") if table not in (*without, "confirmations")}
    parts = [
        sql.SQL("SELECT {0} AS name, (to_jsonb(t) - {1}::text[])::text AS row FROM {2} t").format(
            sql.Literal(table), sql.Literal(OF_THE_WAY.get(table, [])), sql.Identifier(table)
        )
        for table in found
    ]
    for table, row in connection.execute(sql.SQL(" UNION ALL ").join(parts) + sql.SQL(" ORDER BY 1, 2")):
        found[table].append(row)
    return found


def empty(connection):
    """Delete all rows of all tables."""
    names = [table for table in tables(connection) if table != "schema_version"]
    deletions = [sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in names]
    connection.execute(sql.SQL("; ").join(deletions), prepare=False)


def written_rows(connection):
    """
    How many rows were ever inserted, updated or deleted, also in vain, by this connection in the database's
    tables.
    """
    connection.execute("SELECT pg_stat_force_next_flush()")
    connection.execute("SELECT pg_stat_clear_snapshot()")
    query = """
        SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint
          FROM pg_stat_user_tables WHERE schemaname = 'public'
    """
    return connection.execute(query).fetchone()[0]
