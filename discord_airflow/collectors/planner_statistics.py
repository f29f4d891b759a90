"""What the planner knows of the tables, brought up to date where an import has outgrown it."""

from psycopg import sql

from discord_airflow.collectors.load import Connection, run
from discord_airflow.collectors.tables import ALL_TABLES


def analyze_grown(connection: Connection) -> list[str]:
    """
    Let the server look anew at the tables that have grown much since it last did, and return their names.

    It reads 30,000 pages of a large table, whether much or little has come. Changes in place (of people each file shows
    anew when they were seen) are left to autovacuum: no plan hangs on them.
    """
    names = [name for (name,) in run(connection, "outgrown_tables", {"tables": list(ALL_TABLES)})]
    if names:
        tables = sql.SQL(", ").join(map(sql.Identifier, names))
        connection.execute(sql.SQL("ANALYZE {}").format(tables), prepare=False)
    return names
