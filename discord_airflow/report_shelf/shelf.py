"""Find reports and read them, from the folder that `save_report` writes to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from discord_airflow.errors import FileTroubleError

KINDS = ("html", "md", "json")

NAME = re.compile(r"(\d{4}-\d\d-\d\d)\.(html|md|json)", re.ASCII)


class Figure(msgspec.Struct, frozen=True):
    """A headline figure, as the report's JSON has it; other keys of the JSON are not looked at."""

    figure: str
    label: str
    value: int | None = None
    change: int | None = None


class CoverageLine(msgspec.Struct, frozen=True):
    """How much of the window was collected."""

    state: str


class ServerLine(msgspec.Struct, frozen=True):
    """What the list shows of one server."""

    server_id: str
    name: str
    coverage: CoverageLine | None = None
    headline: tuple[Figure, ...] = ()

    @property
    def state(self) -> str:
        """How much of the window was collected: complete, partial or none, or unknown."""
        return self.coverage.state if self.coverage else "unknown"


class Spanned(msgspec.Struct, frozen=True):
    """The report's window, as text."""

    since: str
    until: str
    zone: str


class Summary(msgspec.Struct, frozen=True):
    """What the list shows of one report."""

    title: str
    window: Spanned
    servers: tuple[ServerLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder *directory*. A report is known by its day; no other name is ever opened."""

    directory: Path

    def days(self) -> tuple[date, ...]:
        """Return the days of all reports, the newest first."""
        return tuple(sorted(set(self._days()), reverse=True))

    def neighbours(self, day: date) -> tuple[date | None, date | None]:
        """Return the days of the report before *day* and of the one after it."""
        days = self.days()
        return max((other for other in days if other < day), default=None), min(
            (other for other in days if other > day), default=None
        )

    def kinds(self, day: date) -> tuple[str, ...]:
        """Return which files the report of *day* has."""
        return tuple(kind for kind in KINDS if self._path(day, kind).is_file())

    def read(self, day: date, kind: str) -> bytes | None:
        """Return the bytes of a report's file, or None when there is none."""
        if kind not in KINDS:
            return None
        path = self._path(day, kind)
        try:
            # A link out of the folder is nobody's report.
            if path.resolve().parent != self.directory.resolve():
                return None
            return path.read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None
        except OSError as error:
            raise FileTroubleError(f"{path} cannot be read: {error.strerror}.") from None

    def summary(self, day: date) -> Summary | None:
        """Return what the report of *day* says in short; None when its JSON is missing or not readable."""
        content = self.read(day, "json")
        try:
            return msgspec.json.decode(content, type=Summary) if content else None
        except msgspec.MsgspecError:
            return None

    def _path(self, day: date, kind: str) -> Path:
        return self.directory / f"{day.isoformat()}.{kind}"

    def _days(self) -> Iterator[date]:
        try:
            for path in self.directory.iterdir():
                if (match := NAME.fullmatch(path.name)) and (day := parse_day(match[1])):
                    yield day
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise FileTroubleError(f"{self.directory} cannot be read: {error.strerror}.") from None


def parse_day(text: str) -> date | None:
    """Return the day that *text* names as reports are named, YYYY-MM-DD; None for anything else."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
