"""
What the tasks of the DAG `discord_weekly` do: settings → connection → report sections → files.

Knows nothing of Airflow. It is imported whenever a DAG file is read, so whatever is heavy is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from discord_airflow.errors import DiscordAirflowError
from discord_airflow.settings import ReportSettings, Settings, load_settings
from discord_airflow.weekly_options import RunFacts, run_servers, run_window

if TYPE_CHECKING:
    import psycopg

    from discord_airflow.reporting.request import ReportRequest

PATIENCE = timedelta(minutes=45)
"""How long after the window's end a scheduled report waits for the collection of that hour: it is late after sixty."""

SECTIONS = ("stats", "trends", "connectors", "highlights", "health")
"""Each is computed by a task of its own."""

Handover = dict[str, Any]
"""What a task leaves for the next one in Airflow: keys and counts, never a name or a message."""


class IncompleteRunError(DiscordAirflowError):
    """A report cannot be made because a part of it was not computed."""

    permanent = True


def defaults() -> ReportSettings:
    """Return the settings that the DAG itself depends on: its zone, and how many days a report covers."""
    return load_settings().report


def secrets() -> list[str]:
    """Return the values that no log may show."""
    settings = load_settings()
    values = (
        *(settings.discord.token, settings.database.password),
        *(settings.notify.webhook, settings.notify.email_password, settings.post.webhook),
    )
    return [value.get_secret_value() for value in values if value]


def tell_failure(context: Mapping[str, Any]) -> None:
    """Tell, by each way that is set, that the task of *context* has failed for good."""
    from discord_airflow.notifications.notices import notify_failure

    notify_failure(context)


def is_collected(run: RunFacts, *, now: datetime | None = None) -> bool:
    """
    Return whether a scheduled report may begin: the collection that began at the window's end is in.

    True as well where nothing collects by itself, and once PATIENCE is over: then the report says what is missing.
    """
    from discord_airflow.runs.collections import awaits_collection

    settings = load_settings()
    until = run_window(run, settings.report.timezone).until
    if (now or datetime.now(UTC)) >= until + PATIENCE:
        return True
    with _connected(settings) as connection:
        return not awaits_collection(connection, until)


def compute(section: str, run: RunFacts) -> Handover:
    """Compute one section of the report and store it for `save_report`."""
    from discord_airflow.reporting.sections import compute_section
    from discord_airflow.runs.ledger import recorded

    settings = load_settings()
    with recorded(settings.database, f"compute_{section}") as noted:
        request = _request(run, settings)
        noted.window = request.window
        with _connected(settings) as connection:
            computed = compute_section(connection, section, request)
        noted.count(rows=computed.figures)
    return {"run_key": run.key, "section": section, "rows": computed.figures}


def digest_servers(run: RunFacts) -> list[str]:
    """Return the ids of the servers that get a digest, as text; none when the report shows no names."""
    from discord_airflow.reporting.sections import reported_guilds

    settings = load_settings()
    request = _request(run, settings)
    if request.names != "shown":
        return []
    with _connected(settings) as connection:
        return [str(guild_id) for guild_id in reported_guilds(connection, request.guild_ids)]


def digest(run: RunFacts, server: str) -> Handover:
    """Make the digest of one server and store it for `save_report`; without a model it is made of quotes alone."""
    from discord_airflow.digests import store_digest
    from discord_airflow.runs.ledger import recorded

    settings = load_settings()
    with recorded(settings.database, "digest", guild_id=int(server)) as noted:
        request = _request(run, settings)
        noted.window = request.window
        with _connected(settings) as connection:
            made = store_digest(connection, request, int(server), settings)
        noted.count(statements=made.scores.published)
    return {"run_key": run.key, "server": server, "status": made.status, "statements": made.scores.published}


def save_report(run: RunFacts, computed: Sequence[Mapping[str, Any] | None]) -> Handover:
    """
    Write the report of *run* into the folder of the reports.

    *computed* is what the compute tasks have handed over: None for one that failed. The database may well hold what
    that task had stored in an earlier attempt, but a report made of it would hide the failure.
    """
    from discord_airflow.reporting.build import build_report
    from discord_airflow.reporting.write import write_report
    from discord_airflow.runs.ledger import recorded

    settings = load_settings()
    with recorded(settings.database, "save_report") as noted:
        noted.window = run_window(run, settings.report.timezone)
        _refuse_gaps(computed)
        with _connected(settings) as connection:
            report = build_report(connection, run.key)
        files = write_report(report, settings.report.directory)
        noted.count(servers=len(report.servers), files=len(files))
    return {"run_key": run.key, "report": files[0].stem, "files": len(files)}


def _refuse_gaps(computed: Sequence[Mapping[str, Any] | None]) -> None:
    done = {part["section"] for part in computed if part}
    if missing := [f"compute_{section}" for section in SECTIONS if section not in done]:
        raise IncompleteRunError(
            f"No report was written, because {' and '.join(missing)} left nothing: see the log there, put that right,"
            " then clear the failed tasks with their downstream tasks."
        )


def _request(run: RunFacts, settings: Settings) -> ReportRequest:
    from discord_airflow.reporting.request import request_from

    window = run_window(run, settings.report.timezone)
    return request_from(settings, run.key, window, run_servers(run, settings.servers))


@contextmanager
def _connected(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    from discord_airflow.database import apply_schema, connect

    connection = connect(settings.database)
    try:
        # One look when it is there; on a new database the first run makes it.
        apply_schema(connection)
        yield connection
    finally:
        connection.close()
