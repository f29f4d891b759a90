"""
Connections over a network, on which a silence has an end.

A statement may run for an hour and say nothing, and so may a network that swallows every packet. Keepalives find a
machine or a cable that is gone. A pooler, proxy or tunnel that hangs keeps those alive: there only asking over another
connection tells.
"""

import time
from collections.abc import Generator
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from discord_airflow.database_errors import SERVER_SPOKE

PATIENCE_SECONDS = 60.0
"""After so long a silence another connection asks whether the statement is still being worked on."""
ANSWER_SECONDS = 20
JUST_NOW_SECONDS = 5.0
"""What the server has sent since then may still be on its way."""

_GONE_AFTER = {"idle": 30, "interval": 10, "count": 3}

KEEPALIVES: dict[str, Any] = {
    "keepalives_idle": _GONE_AFTER["idle"],
    "keepalives_interval": _GONE_AFTER["interval"],
    "keepalives_count": _GONE_AFTER["count"],
    "tcp_user_timeout": 1000 * (_GONE_AFTER["idle"] + _GONE_AFTER["interval"] * _GONE_AFTER["count"]),
}
"""What libpq is told: a peer that acknowledges nothing is given up within a minute."""

SERVER_KEEPALIVES = tuple(f"tcp_keepalives_{name}={value}" for name, value in _GONE_AFTER.items())
"""The same for the server's side: otherwise a client that vanished keeps its locks for two hours."""

# A session that waits for its client has answered long ago, or waits for rows that never reach it.
_AT_WORK = """
    SELECT state = 'active' AND wait_event_type IS DISTINCT FROM 'Client'
           OR clock_timestamp() - state_change < make_interval(secs => %s)
      FROM pg_stat_activity WHERE pid = %s
"""


class WatchedConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that asks, when it has heard nothing for long, whether the server still works for it."""

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        """Wait as psycopg does; a silence in which nothing happens any more closes the connection and raises."""
        return super().wait(self._watched(gen), *args, **kwargs)

    def _watched(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        heard = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                now = time.monotonic()
                if ready:
                    heard = now
                elif now - heard > PATIENCE_SECONDS:
                    self._make_sure()
                    heard = time.monotonic()
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value

    def _make_sure(self) -> None:
        """Close this connection and raise OperationalError unless the server is at work for it."""
        server = self.info.backend_pid
        try:
            with self._another() as other:
                if _through_a_pooler(other):
                    return  # whose process numbers are not the server's; that it answers must do
                row = other.execute(_AT_WORK, [JUST_NOW_SECONDS, server]).fetchone()
                if row is not None and row[0]:
                    return
                # Or it would keep its locks for as long as whatever hangs in between.
                other.execute("SELECT pg_terminate_backend(%s)", [server])
        except psycopg.OperationalError as error:
            if SERVER_SPOKE in str(error):  # too many connections, say: it is alive
                return
        self.pgconn.finish()
        raise psycopg.OperationalError(f"no answer for {PATIENCE_SECONDS:.0f} seconds, and nobody works on one")

    def _another(self) -> psycopg.Connection[tuple[Any, ...]]:
        limits = {"connect_timeout": ANSWER_SECONDS, "options": f"-c statement_timeout={ANSWER_SECONDS}s"}
        told = make_conninfo(self.info.dsn, password=self.info.password or None, **limits)
        return psycopg.connect(told, autocommit=True)


def _through_a_pooler(connection: psycopg.Connection[tuple[Any, ...]]) -> bool:
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    return row != (connection.info.backend_pid,)
