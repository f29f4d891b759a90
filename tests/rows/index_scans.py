"""Was the search index really looked into?"""

from discord_airflow.queries.search_index import fetch_parts_of_index


def scans_of_the_index(connection):
    """How often the parts of the search index were read so far."""
    connection.execute("SELECT pg_stat_force_next_flush()")
    parts = [part.name for part in fetch_parts_of_index(connection)]
    query = "SELECT sum(idx_scan) FROM pg_stat_user_indexes WHERE indexrelname = ANY (%s)"
    return connection.execute(query, [parts]).fetchone()[0]
