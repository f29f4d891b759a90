"""All that a database holds, to be compared: the same rows give the same value."""

from psycopg import sql

# What tells of the way there and not of the result.
OF_THE_WAY = {
    "ledger": (
        "file_name imported_at messages_new messages_edited messages_changed messages_unchanged messages_older".split()
    ),
    "schema_version": ["applied_at"],
}
SKIPPED = ("personal_data", "report_runs", "report_sections")


def tables(connection):
    """The names of all tables."""
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    return [name for (name,) in found if name not in SKIPPED]


def contents(connection, *, without=()):
    """Each table's rows as text, sorted; *without* some tables."""
    result = {}
    for table in tables(connection):
        if table in without:
            continue
        row = sql.SQL("to_jsonb(t) - {}::text[]").format(sql.Literal(list(OF_THE_WAY.get(table, ()))))
        query = sql.SQL("SELECT ({})::text FROM {} t ORDER BY 1").format(row, sql.Identifier(table))
        result[table] = [text for (text,) in connection.execute(query).fetchall()]
    return result


def empty(connection):
    """Delete all rows of all tables."""
    for table in tables(connection):
        if table != "schema_version":
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


def written_rows(connection):
    """How many rows were ever inserted, updated or deleted, also in vain, by this connection in the database's tables."""
    connection.execute("SELECT pg_stat_force_next_flush()")
    connection.execute("SELECT pg_stat_clear_snapshot()")
    query = "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables WHERE schemaname = 'public'"
    return connection.execute(query).fetchone()[0]
