"""
What an import did, for people and for programs. Pure; names from Discord and of files can do nothing in a terminal.
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from discord_airflow.collectors.import_summary import ChannelSummary, Counts, FileResult, ImportSummary, Trouble
from discord_airflow.reporting.plain_text import plain_name, shorten, width

MOST_CHANNELS = 40
MOST_TROUBLES = 10
"""Of one file; all of them are in the table `quarantine` and in --json."""

_NAME_WIDTH = 36
_HEADS = (("new", 10), ("edited", 7), ("changed", 8), ("unchanged", 11), ("older", 6))
_MESSAGES = ("messages", "new", "edited", "changed", "unchanged", "older", "duplicates", "quarantined")


def render_text(summary: ImportSummary) -> str:
    """Return the summary as lines of at most 80 columns, where paths allow it."""
    return "\n".join((*_troubles(summary), *_notes(summary), *_channels(summary), _closing(summary)))


def render_json(summary: ImportSummary) -> dict[str, Any]:
    """Return the summary as JSON values; ids are texts."""
    return {
        "dry_run": summary.dry_run,
        "files": {"imported": summary.imported, "known": summary.known, "troubled": len(summary.troubled)},
        "messages": asdict(summary.counts),
        "channels": [
            {
                "guild_id": str(channel.guild_id),
                "guild": channel.guild_name,
                "channel_id": str(channel.channel_id),
                "channel": channel.channel_name,
                "files": channel.files,
                "messages": asdict(channel.counts),
            }
            for channel in summary.channels
        ],
        "troubles": [_trouble_json(result, trouble) for result in summary.troubled for trouble in result.troubles],
        "notes": [{"file": str(result.path), "notes": list(result.notes)} for result in _noted(summary)],
    }


def shown_path(path: Path) -> str:
    """Return a path on one line; characters that steer a terminal become U+FFFD."""
    text = str(path).encode("utf-8", "replace").decode()
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _trouble_json(result: FileResult, trouble: Trouble) -> dict[str, Any]:
    return {
        "file": str(result.path),
        "status": result.status,
        "place": trouble.place,
        "message_id": None if trouble.message_id is None else str(trouble.message_id),
        "reason": trouble.reason,
        "detail": trouble.detail,
    }


def _noted(summary: ImportSummary) -> tuple[FileResult, ...]:
    return (*summary.noted, *(result for result in summary.troubled if result.notes))


def _troubles(summary: ImportSummary) -> Iterator[str]:
    for result in summary.troubled:
        yield f"{shown_path(result.path)}: {_status(result)}"
        for trouble in result.troubles[:MOST_TROUBLES]:
            place = f"{trouble.place}: " if trouble.place else ""
            yield f"  {place}{shown_path(Path(trouble.detail))} [{trouble.reason}]"
        left = max(result.counts.quarantined, len(result.troubles)) - MOST_TROUBLES
        if left > 0:
            yield f"  and {left:,} more; --json lists them, and so does the table quarantine"


def _status(result: FileResult) -> str:
    again = " before; --retry reads it again" if result.known else ""
    if result.status == "damaged":
        return f"damaged, all good messages are stored{again}"
    return f"{'rejected' if result.status == 'rejected' else 'not read'}{again}"


def _notes(summary: ImportSummary) -> Iterator[str]:
    for result in _noted(summary):
        yield f"{shown_path(result.path)}: {'; '.join(result.notes)}"


def _channels(summary: ImportSummary) -> Iterator[str]:
    with_news = [channel for channel in summary.channels if channel.counts.written]
    if not summary.channels:
        return
    yield f"{'':{_NAME_WIDTH}}" + "".join(f"{name:>{columns}}" for name, columns in _HEADS)
    for channel in with_news[:MOST_CHANNELS]:
        yield _line(_name(channel), channel.counts)
    rest = [channel for channel in summary.channels if channel not in with_news[:MOST_CHANNELS]]
    if rest:
        name = f"{len(rest)} {'other channel' if len(rest) == 1 else 'other channels'}"
        yield _line(name, sum((channel.counts for channel in rest), Counts()))
    if len(summary.channels) > 1:
        yield _line("all together", summary.counts)


def _name(channel: ChannelSummary) -> str:
    return f"{plain_name(channel.guild_name)} / {plain_name(channel.channel_name)}"


def _line(name: str, counts: Counts) -> str:
    shown = shorten(name, _NAME_WIDTH - 1)
    figures = (counts.new, counts.edited, counts.changed, counts.unchanged, counts.older)
    cells = "".join(f"{figure:>{columns},}" for figure, (_, columns) in zip(figures, _HEADS, strict=True))
    return shown + " " * max(_NAME_WIDTH - width(shown), 1) + cells


def _closing(summary: ImportSummary) -> str:
    counts = summary.counts
    if not summary.imported and not summary.troubled and summary.known:
        return f"Nothing to do: {_files(summary.known)} already imported, 0 rows written."
    if not summary.imported and not summary.troubled:
        return "Nothing to do: there are no .json files."
    told = "Dry run, nothing was written: would import" if summary.dry_run else "Imported"
    known = f"; {_files(summary.known)} already imported" if summary.known else ""
    bad = f"; {_files(len(summary.troubled))} in trouble" if summary.troubled else ""
    quarantined = f", {counts.quarantined:,} quarantined" if counts.quarantined else ""
    return f"{told} {_files(summary.imported)}: {counts.written:,} messages written{quarantined}{known}{bad}."


def _files(count: int) -> str:
    return f"{count:,} {'file' if count == 1 else 'files'}"
