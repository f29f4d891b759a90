"""Are the server's tables and indexes sound? PostgreSQL's own amcheck looks at every page and every entry."""

import psycopg
from psycopg import sql

INDEXES = """
    SELECT i.indexrelid::regclass::text FROM pg_index i
      JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
     WHERE a.amname = 'btree' AND c.relpersistence = 'p' AND i.indisvalid
"""
TABLES = """
    SELECT c.relname || ': ' || found.msg FROM pg_class c, verify_heapam(c.oid) AS found
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""


def broken(connection):
    """Return what amcheck finds: pages of tables that are not whole, rows that an index lacks, entries out of order."""
    connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
    found = [told for (told,) in connection.execute(TABLES).fetchall()]
    for (name,) in connection.execute(INDEXES).fetchall():
        try:
            connection.execute(sql.SQL("SELECT bt_index_check({}, true)").format(sql.Literal(name)))
        except (psycopg.errors.IndexCorrupted, psycopg.errors.DataCorrupted) as error:
            found.append(f"{name}: {error.diag.message_primary}")
    return found
