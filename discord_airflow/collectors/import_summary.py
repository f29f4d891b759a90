"""What an import did: per file, per channel, and all together."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Literal

FileStatus = Literal["whole", "damaged", "rejected", "unreadable"]
"""Everything stored; the good part stored; nothing of it usable; it could not even be read."""

CoverageState = Literal["complete", "empty", "claimed", "partial", "forbidden", "failed"]


@dataclass(frozen=True, slots=True)
class Counts:
    """Messages of files, by what they were to the database."""

    messages: int = 0
    new: int = 0
    edited: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    duplicates: int = 0
    quarantined: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Counts)))

    @property
    def written(self) -> int:
        """How many messages of the database are other now than before."""
        return self.new + self.edited + self.changed


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that could not be stored, and why: a message (its position counts from 0), or (-1) a whole file."""

    position: int
    place: str  # such as 'messages[17].author.id', or '' for the whole file
    reason: str  # a code, such as 'id-out-of-range'
    detail: str  # a sentence
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file."""

    path: Path
    status: FileStatus
    known: bool = False  # it was imported before, byte for byte
    sha256: str | None = None
    guild_id: int | None = None
    guild_name: str = ""
    channel_id: int | None = None
    channel_name: str = ""
    counts: Counts = field(default_factory=Counts)
    troubles: tuple[Trouble, ...] = ()
    notes: tuple[str, ...] = ()  # what is odd and yet no trouble
    coverage_state: CoverageState | None = None


@dataclass(frozen=True, slots=True)
class ChannelSummary:
    """All files of one channel together."""

    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str
    files: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import of files and folders did."""

    imported: int = 0  # files
    known: int = 0
    troubled: tuple[FileResult, ...] = ()  # files of which something could not be stored
    noted: tuple[FileResult, ...] = ()
    channels: tuple[ChannelSummary, ...] = ()
    dry_run: bool = False

    @property
    def counts(self) -> Counts:
        """All channels together."""
        return sum((channel.counts for channel in self.channels), Counts())

    def numbers(self) -> dict[str, int]:
        """Return files and messages as plain numbers; of the messages' those that are not 0."""
        files = {"files": self.imported, "files_known": self.known, "files_troubled": len(self.troubled)}
        return files | {name: number for name, number in asdict(self.counts).items() if number}

    @property
    def exit_code(self) -> int:
        """0 when everything was stored, 65 when something could not be; the rest is stored all the same."""
        return 65 if self.troubled else 0

    def __str__(self) -> str:
        counts = self.counts
        return (
            f"{counts.new} new, {counts.edited} edited, {counts.changed} changed, {counts.unchanged} unchanged,"
            f" {counts.older} older, {counts.quarantined} quarantined"
        )


class Tally:
    """Adds up results while an import runs; what it keeps does not grow with the number of good files."""

    def __init__(self) -> None:
        self._imported = self._known = 0
        self._troubled: list[tuple[int, FileResult]] = []
        self._noted: list[tuple[int, FileResult]] = []
        self._channels: dict[int, ChannelSummary] = {}

    def add(self, result: FileResult, place: int = 0) -> None:
        """Count one file; whichever was done first, those in trouble are told by their *place*."""
        self._known += result.known
        self._imported += not result.known and result.status in ("whole", "damaged")
        if result.status != "whole":
            self._troubled.append((place, result))
        elif result.notes:
            self._noted.append((place, result))
        if result.channel_id is not None and result.guild_id is not None and not result.known:
            before = self._channels.get(result.channel_id)
            self._channels[result.channel_id] = ChannelSummary(
                guild_id=result.guild_id,
                guild_name=result.guild_name,
                channel_id=result.channel_id,
                channel_name=result.channel_name,
                files=before.files + 1 if before else 1,
                counts=before.counts + result.counts if before else result.counts,
            )

    def summary(self, *, dry_run: bool) -> ImportSummary:
        """Return everything counted so far."""
        return ImportSummary(
            imported=self._imported,
            known=self._known,
            troubled=_by_place(self._troubled),
            noted=_by_place(self._noted),
            channels=tuple(sorted(self._channels.values(), key=_by_name)),
            dry_run=dry_run,
        )


def _by_place(results: list[tuple[int, FileResult]]) -> tuple[FileResult, ...]:
    return tuple(result for _, result in sorted(results, key=lambda pair: pair[0]))


def _by_name(channel: ChannelSummary) -> tuple[str, int, str, int]:
    return channel.guild_name, channel.guild_id, channel.channel_name, channel.channel_id


def summed_up(results: Iterable[FileResult], *, dry_run: bool = False) -> ImportSummary:
    """Return the summary of *results*."""
    tally = Tally()
    for result in results:
        tally.add(result)  # sorting is stable: equal places stay as they came
    return tally.summary(dry_run=dry_run)
