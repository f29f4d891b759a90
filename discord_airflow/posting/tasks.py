"""
What the tasks of the DAG `discord_post` do: choose the summary, put it before a person, post what was approved.

Knows nothing of Airflow. It is imported whenever a DAG file is read, so whatever is heavy is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from discord_airflow.errors import UsageError
from discord_airflow.posting.errors import ChangedPostError, NothingToPostError
from discord_airflow.settings import PostSettings, Settings, load_settings

if TYPE_CHECKING:
    import httpx
    import psycopg

    from discord_airflow.posting.choose import Post

Handover = dict[str, Any]
"""What a task leaves for the next one in Airflow: the day, what tells the text from others, and a count; no text."""

FOLD = 84
"""Columns that the question's page shows on a screen 1280 wide; it cuts off the rest, so addresses are folded, too."""


def defaults() -> PostSettings:
    """Return the settings that the DAG itself depends on."""
    return load_settings().post


def prepare(day: str | None, new_days: Sequence[str]) -> Handover:
    """
    Choose the summary to ask about: that of *day* when a person named one, else that of the newest of *new_days*.

    NothingToPostError when it was posted already, or when the report that was just made is one of the past.
    """
    from discord_airflow.posting.choose import report_days
    from discord_airflow.posting.once import is_posted

    settings = load_settings()
    with _connected(settings) as (connection, client):
        chosen = _parse_day(day or max(new_days, default=None))
        if not day and chosen and chosen < max(report_days(connection), default=chosen):
            raise NothingToPostError(f"The report of {chosen} is not the newest one; trigger with a day to post it.")
        post = _prepared(connection, settings, chosen, client)
        if is_posted(connection, post):
            raise NothingToPostError(f"The summary of the report of {post.day} was posted already.")
    return {"day": str(post.day), "sha256": post.sha256, "messages": len(post.pieces)}


def question(chosen: Mapping[str, Any]) -> tuple[str, str]:
    """Return the headline and the text of the question whether the summary *chosen* is to be posted."""
    settings = load_settings()
    with _connected(settings) as (connection, client):
        post = _approved(_prepared(connection, settings, _parse_day(chosen["day"]), client), chosen)
    return f"Post the summary of the report of {post.day} to Discord?", render_question(post)


def post(chosen: Mapping[str, Any]) -> Handover:
    """Post the summary *chosen*, which somebody has approved; only the very text of the approval is posted."""
    from discord_airflow.posting.once import post_once

    settings = load_settings()
    with _connected(settings) as (connection, client):
        approved = _approved(_prepared(connection, settings, _parse_day(chosen["day"]), client), chosen)
        connection.autocommit = True
        sent = post_once(connection, approved, client)
    return {"day": chosen["day"], "messages": sent}


def render_question(post: Post) -> str:
    """
    Return, as Markdown, what a person has to know to decide: where the messages go, and each of them to the letter.

    The messages stand in blocks of code that nothing inside can end, so nothing in them acts on the page.
    """
    parts = "one message" if len(post.pieces) == 1 else f"{len(post.pieces)} messages"
    lines = [
        f"**{parts.capitalize()}** for the channel {post.channel_id} of the server {post.guild_id}, exactly as below;",
        "only long lines are folded here. Nobody is pinged. Without an answer nothing is posted.",
    ]
    for number, piece in enumerate(post.pieces, start=1):
        fence = "`" * (_longest_run(piece) + 3)
        lines += ["", f"Message {number}:", "", f"{fence}text", *map(_folded, piece.split("\n")), fence]
    return "\n".join(lines) + "\n"


def _folded(line: str) -> str:
    """Return *line* as somebody can read it on a page that cuts off what is too wide."""
    return "\n".join(wrap(line, FOLD, subsequent_indent="    ", break_on_hyphens=False))


def _longest_run(text: str) -> int:
    return max((len(run) for run in "".join(sign if sign == "`" else " " for sign in text).split()), default=0)


def _prepared(connection: psycopg.Connection[Any], settings: Settings, day: date | None, client: httpx.Client) -> Post:
    from discord_airflow.posting.choose import prepare

    return prepare(connection, settings.post, day, client)


def _approved(post: Post, chosen: Mapping[str, Any]) -> Post:
    if post.sha256 != chosen["sha256"]:
        raise ChangedPostError
    return post


def _parse_day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"{text!r} is not a day such as 2026-11-22.") from None


@contextmanager
def _connected(settings: Settings) -> Iterator[tuple[psycopg.Connection[Any], httpx.Client]]:
    from discord_airflow.database import apply_schema, connect
    from discord_airflow.notifications.webhook import new_client
    from discord_airflow.posting.choose import post_webhook

    post_webhook(settings.post)  # without one there is nothing to do, and the sentence says so
    connection = connect(settings.database)
    try:
        apply_schema(connection)
        with new_client() as client:
            yield connection, client
    finally:
        connection.close()
