"""
Posts a summary once, whatever happens in between.

Before a message is sent a row says so; when Discord has answered the row is completed, or removed after a refusal. A
crash, or a silence, between the two leaves a row without a message: that message may be in the channel or not. It then
counts as posted: a missing message can be posted again by a person, a double one has been read by then.
"""

from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from psycopg.rows import class_row

from discord_airflow.errors import BusyError, DiscordAirflowError
from discord_airflow.notifications.webhook import UnsureError, post_piece
from discord_airflow.posting.choose import Post
from discord_airflow.posting.errors import PostedAlreadyError, UncertainPostError
from discord_airflow.sql_files import statement

_PACKAGE = "discord_airflow.posting"


@dataclass(frozen=True, slots=True)
class PostedPiece:
    """One row of posted_pieces; *message_id* is None where nobody knows whether the message is there."""

    piece: int
    pieces: int
    text_sha256: str
    message_id: int | None


def posted(connection: psycopg.Connection[Any], post: Post) -> list[PostedPiece]:
    """Return what was posted of the report of this day by this webhook, whatever its text was."""
    with connection.cursor(row_factory=class_row(PostedPiece)) as cursor:
        return cursor.execute(statement(_PACKAGE, "pieces"), _key(post)).fetchall()


def is_posted(connection: psycopg.Connection[Any], post: Post) -> bool:
    """Say whether all messages of the report's summary were sent, whatever its text was."""
    rows = posted(connection, post)
    return bool(rows) and len(rows) == rows[0].pieces


def post_once(connection: psycopg.Connection[Any], post: Post, client: httpx.Client) -> int:
    """
    Post what is not posted yet of *post*, and return how many messages that were; *connection* is in autocommit.

    BusyError when somebody else does so right now, PostedAlreadyError when the report was made anew since, and
    UncertainPostError, after all else is posted, when nobody knows of a message whether it is there.
    """
    if not connection.autocommit:
        raise ValueError("what was posted must be noted at once")
    if not _locked(connection, post):
        raise BusyError(f"The summary of the report of {post.day} is being posted right now.")
    rows = {row.piece: row for row in posted(connection, post)}
    _refuse_another_text(post, rows)
    sent = 0
    for number, piece in enumerate(post.pieces, start=1):
        if number not in rows:
            _post_one(connection, post, number, piece, client)
            sent += 1
    _refuse_doubt(post, rows)
    return sent


def forget(connection: psycopg.Connection[Any], post: Post) -> None:
    """Forget that anything was posted of this report by this webhook: the next post begins anew."""
    connection.execute(statement(_PACKAGE, "forget_post"), _key(post))


def _post_one(connection: psycopg.Connection[Any], post: Post, number: int, piece: str, client: httpx.Client) -> None:
    key = {**_key(post), "piece": number}
    connection.execute(
        statement(_PACKAGE, "begin_piece"), {**key, "pieces": len(post.pieces), "text_sha256": post.sha256}
    )
    try:
        message_id = post_piece(post.webhook, piece, client)
    except UnsureError as error:
        raise UnsureError(
            f"{error} Message {number} of {len(post.pieces)} may be in the channel or not; it is not sent twice."
        ) from None
    except DiscordAirflowError:
        connection.execute(statement(_PACKAGE, "forget_piece"), key)
        raise
    connection.execute(statement(_PACKAGE, "end_piece"), {**key, "message_id": message_id})


def _refuse_another_text(post: Post, rows: dict[int, PostedPiece]) -> None:
    first = next(iter(rows.values()), None)
    if first is not None and first.text_sha256 != post.sha256:
        raise PostedAlreadyError(
            f"{len(rows)} of {first.pieces} messages about the report of {post.day} were posted before it was made"
            f" anew; delete them in Discord, then run: discord-airflow post --day {post.day} --again"
        )


def _refuse_doubt(post: Post, rows: dict[int, PostedPiece]) -> None:
    doubtful = [str(number) for number, row in rows.items() if row.message_id is None]
    if doubtful:
        raise UncertainPostError(
            f"Message {' and '.join(doubtful)} of {len(post.pieces)} about the report of {post.day} was sent, but no"
            " answer came; all others are posted. Look into the channel. When one is missing, delete the others in"
            f" Discord, then run: discord-airflow post --day {post.day} --again"
        )


def _locked(connection: psycopg.Connection[Any], post: Post) -> bool:
    row = connection.execute(statement(_PACKAGE, "lock"), _key(post)).fetchone()
    return bool(row and row[0])


def _key(post: Post) -> dict[str, Any]:
    return {"report_day": post.day, "webhook_id": post.webhook.id}
