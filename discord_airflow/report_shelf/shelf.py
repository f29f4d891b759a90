"""Find reports and read them: in the folder that `save_report` writes to, or elsewhere."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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

    @property
    def days(self) -> int | None:
        """How many days of a wall clock it has; None when its ends cannot be read."""
        try:
            length = datetime.fromisoformat(self.until) - datetime.fromisoformat(self.since)
        except (ValueError, TypeError):
            return None
        # A day on which the clocks change has 23 or 25 hours.
        return round(length / timedelta(days=1))


class Summary(msgspec.Struct, frozen=True):
    """What the list shows of one report."""

    title: str
    window: Spanned
    servers: tuple[ServerLine, ...] = ()


class Shelf(ABC):
    """Where reports are. A report is known by its day; no other name is ever opened."""

    @abstractmethod
    def days(self) -> tuple[date, ...]:
        """Return the days of all reports, the newest first."""

    @abstractmethod
    def kinds(self, day: date) -> tuple[str, ...]:
        """Return which files the report of *day* has."""

    @abstractmethod
    def read(self, day: date, kind: str) -> bytes | None:
        """Return the bytes of a report's file, or None when there is none."""

    def neighbours(self, day: date) -> tuple[date | None, date | None]:
        """Return the days of the report before *day* and of the one after it."""
        days = self.days()
        before = max((other for other in days if other < day), default=None)
        return before, min((other for other in days if other > day), default=None)

    def summary(self, day: date) -> Summary | None:
        """Return what the report of *day* says in short; None when its JSON is missing or not readable."""
        return read_summary(self.read(day, "json"))


@dataclass(frozen=True, slots=True)
class FolderShelf(Shelf):
    """The files in *directory*, as `save_report` writes them."""

    directory: Path

    def days(self) -> tuple[date, ...]:
        return tuple(sorted(set(self._days()), reverse=True))

    def kinds(self, day: date) -> tuple[str, ...]:
        return tuple(kind for kind in KINDS if self._path(day, kind).is_file())

    def read(self, day: date, kind: str) -> bytes | None:
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


@dataclass(frozen=True, slots=True)
class TwoShelves(Shelf):
    """Two shelves as one; a report that both have is taken from *first*."""

    first: Shelf
    second: Shelf

    def days(self) -> tuple[date, ...]:
        return tuple(sorted({*self.first.days(), *self.second.days()}, reverse=True))

    def kinds(self, day: date) -> tuple[str, ...]:
        return self.first.kinds(day) or self.second.kinds(day)

    def read(self, day: date, kind: str) -> bytes | None:
        return self._of(day).read(day, kind)

    def summary(self, day: date) -> Summary | None:
        return self._of(day).summary(day)

    def _of(self, day: date) -> Shelf:
        return self.first if self.first.kinds(day) else self.second


def read_summary(content: bytes | None) -> Summary | None:
    """Return what the JSON of a report says in short, None when it says nothing that is understood."""
    try:
        return msgspec.json.decode(content, type=Summary) if content else None
    except msgspec.MsgspecError:
        return None


def parse_day(text: str) -> date | None:
    """Return the day that *text* names as reports are named, YYYY-MM-DD; None for anything else."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
