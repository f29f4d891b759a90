"""Makes the digest of a server and lays it where the report finds it: sources → analysis → section."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord_airflow.analysis.choose_model import model_from
from discord_airflow.analysis.digest_json import digest_to_json
from discord_airflow.analysis.options import DigestOptions
from discord_airflow.analysis.processor import make_digest
from discord_airflow.queries.digest_cache import DatabaseCache
from discord_airflow.queries.sources import fetch_source_messages
from discord_airflow.reporting.digest_part import digest_section
from discord_airflow.reporting.sections import snapshot
from discord_airflow.reporting.store import store_section

if TYPE_CHECKING:
    import psycopg

    from discord_airflow.analysis.statements import Digest
    from discord_airflow.reporting.request import ReportRequest
    from discord_airflow.settings import Settings


def store_digest(
    connection: psycopg.Connection[Any], request: ReportRequest, guild_id: int, settings: Settings
) -> Digest:
    """
    Make the digest of *guild_id* in the request's window, store it for the report, and return it.

    With no model in reach the digest is made of quotes alone and says so. *connection* must be outside a transaction.
    """
    with snapshot(connection):
        messages = fetch_source_messages(connection, guild_id, request.window, request.excluded_channels)
    options = DigestOptions(
        guild_id=guild_id,
        window=request.window,
        run_seconds=settings.analysis.run_minutes * 60.0,
        context_tokens=settings.analysis.context_tokens,
        without=frozenset({"reacted"}),  # the report has a list of its own
    )
    model = model_from(settings.ollama, settings.analysis)
    digest = make_digest(messages, options, model, DatabaseCache(connection) if model else None)
    store_section(connection, request, digest_section(guild_id, digest_to_json(digest)))
    return digest
