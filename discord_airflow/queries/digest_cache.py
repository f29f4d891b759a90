"""Where a model's answers are kept between runs: the table digest_chunks."""

from collections.abc import Sequence
from typing import Protocol

from discord_airflow.queries.statements import Connection
from discord_airflow.sql_files import statement

CACHED_ANSWER = statement("discord_airflow.queries", "cached_answer")
STORE_ANSWER = statement("discord_airflow.queries", "store_answer")
TOKEN_RATIOS = statement("discord_airflow.queries", "token_ratios")


class Entry(Protocol):
    """What is filed; analysis.chunk_cache.CachedAnswer is one."""

    @property
    def guild_id(self) -> int: ...
    @property
    def model_digest(self) -> str: ...
    @property
    def prompt(self) -> str: ...
    @property
    def message_ids(self) -> Sequence[int]: ...
    @property
    def answer(self) -> str: ...
    @property
    def estimated_tokens(self) -> int: ...
    @property
    def counted_tokens(self) -> int | None: ...


class DatabaseCache:
    """
    Answers in the database. Each is committed when it is filed: a run that is killed has lost none.

    The connection must have no transaction of anybody else's open, for it would be committed with it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, key: str) -> str | None:
        """Return the answer filed under *key*."""
        row = self._connection.execute(CACHED_ANSWER, {"key": key}).fetchone()
        self._connection.commit()
        return row[0] if row else None

    def store(self, key: str, entry: Entry) -> None:
        """File an answer."""
        self._connection.execute(
            STORE_ANSWER,
            {
                "key": key,
                "guild_id": entry.guild_id,
                "model_digest": entry.model_digest,
                "prompt": entry.prompt,
                "message_ids": list(entry.message_ids),
                # PostgreSQL's text has no NUL, and no answer that can be read has one.
                "answer": entry.answer.replace("\0", ""),
                "estimated_tokens": entry.estimated_tokens,
                "counted_tokens": entry.counted_tokens,
            },
        )
        self._connection.commit()

    def token_ratios(self, model_digest: str) -> Sequence[float]:
        """Return counted ÷ estimated tokens of the last twenty answers of a model, oldest first."""
        rows = self._connection.execute(TOKEN_RATIOS, {"model_digest": model_digest}).fetchall()
        self._connection.commit()
        return [row[0] for row in reversed(rows)]
