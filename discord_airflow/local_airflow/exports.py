"""Exports on their way into the database: a user's own, or the invented sample, which has a database to itself."""

from collections.abc import Callable
from pathlib import Path

from discord_airflow.collectors.import_summary import FileResult, ImportSummary
from discord_airflow.collectors.importer import import_paths
from discord_airflow.database import apply_schema, connect
from discord_airflow.errors import FileTroubleError
from discord_airflow.import_workers import workers_of
from discord_airflow.local_airflow.place import CHECKOUT
from discord_airflow.settings import Settings
from discord_airflow.sql_files import statement

SAMPLE = CHECKOUT / "sample" / "exports"
SAMPLE_DATABASE = "discord_sample"
SHOWN_TROUBLES = 5

Tell = Callable[[str], None]


def for_sample(settings: Settings) -> Settings:
    """Return *settings* with the sample's database: invented servers never lie among a user's own."""
    return settings.model_copy(update={"database": settings.database.model_copy(update={"name": SAMPLE_DATABASE})})


def has_messages(settings: Settings) -> bool:
    """Say whether anything was imported yet; the schema is made when there is none."""
    with connect(settings.database) as connection:
        apply_schema(connection)
        return connection.execute(statement("discord_airflow.local_airflow", "has_messages")).fetchone() == (True,)


def bring_in(settings: Settings, folder: Path, tell: Tell) -> ImportSummary:
    """Import the exports in *folder*; what could not be stored is told and stops nothing."""
    if not folder.exists():
        raise FileTroubleError(f"{folder} does not exist; name a folder with DiscordChatExporter's JSON files.")
    tell(f"Importing {_shown(folder)} ...")
    with connect(settings.database) as connection:
        apply_schema(connection)
    summary = import_paths([folder], lambda: connect(settings.database), workers=workers_of(settings))
    known = f" ({summary.known} files were known already)" if summary.known else ""
    tell(f"{_shown(folder)} is in the database {settings.database.name}: {summary}{known}")
    _tell_troubles(summary, tell)
    return summary


def _tell_troubles(summary: ImportSummary, tell: Tell) -> None:
    if not summary.troubled:
        return
    count = len(summary.troubled)
    tell(f"{count} {'file was' if count == 1 else 'files were'} not imported whole; the report rests on all the rest:")
    for result in summary.troubled[:SHOWN_TROUBLES]:
        tell(f"  {_reason(result)}")
    if len(summary.troubled) > SHOWN_TROUBLES:
        tell(f"  and {len(summary.troubled) - SHOWN_TROUBLES} more; `discord-airflow import` lists them all")


def _reason(result: FileResult) -> str:
    first = result.troubles[0].detail if result.troubles else result.status
    more = f" (and {len(result.troubles) - 1} more in this file)" if len(result.troubles) > 1 else ""
    return f"{_shown(result.path)}: {first}{more}"


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
