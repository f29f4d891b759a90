"""What an export says about itself: guild, channel, range and time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from discord_airflow.collectors.export_format import CHANNEL_KINDS, FOREIGN_ROOT_KEYS, kind_of
from discord_airflow.collectors.export_reader import NotAnExportError
from discord_airflow.collectors.plain_json import clean, compact_json
from discord_airflow.collectors.values import BadValueError, parse_id

NO_DATE_YEAR = 1


@dataclass(frozen=True)
class ExportHeader:
    """The keys beside the messages, checked."""

    guild_id: int  # 0: direct messages
    guild_name: str
    guild_icon_url: str | None
    guild_raw: str
    channel_id: int
    channel_type: str
    channel_kind: int | None
    channel_name: str
    channel_topic: str | None
    channel_icon_url: str | None
    channel_raw: str
    parent_id: int | None  # category of a channel, channel or forum of a thread
    parent_name: str | None
    range_after: datetime | None
    range_before: datetime | None
    exported_at: datetime | None


def parse_header(root: dict[str, Any]) -> ExportHeader:
    """Return the header in the keys of *root*; what does not say guild and channel raises NotAnExportError."""
    refuse_foreign(root)
    guild, channel = _object(root, "guild"), _object(root, "channel")
    parent_id = _optional_id(channel.get("categoryId"))
    told = root.get("dateRange")
    date_range = told if isinstance(told, dict) else {}
    channel_type = _text(channel, "type") or ""
    return ExportHeader(
        guild_id=_id(guild, "guild", least=0),
        guild_name=_text(guild, "name") or "",
        guild_icon_url=_text(guild, "iconUrl"),
        guild_raw=compact_json(guild),
        channel_id=_id(channel, "channel", least=1),
        channel_type=channel_type,
        channel_kind=kind_of(channel_type, CHANNEL_KINDS),
        channel_name=_text(channel, "name") or "",
        channel_topic=_text(channel, "topic"),
        channel_icon_url=_text(channel, "iconUrl"),
        channel_raw=compact_json(channel),
        parent_id=parent_id,
        # With the id "0" or null the exporter made a name up; without the key (2.26) the name is real.
        parent_name=_text(channel, "category") if parent_id or "categoryId" not in channel else None,
        range_after=parse_time(date_range.get("after")),
        range_before=parse_time(date_range.get("before")),
        exported_at=parse_time(root.get("exportedAt")),
    )


def refuse_foreign(root: dict[str, Any]) -> None:
    """Raise NotAnExportError when the keys beside the messages are another program's."""
    for key, meaning in FOREIGN_ROOT_KEYS.items():
        if key in root:
            raise NotAnExportError("foreign-format", f"its key {key!r} marks {meaning}; use the exporter's own JSON")


def parse_time(value: object) -> datetime | None:
    """Return the instant in *value*, in UTC; None for what is no instant, has no offset or is .NET's "no date"."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
        if instant.utcoffset() is None or instant.year == NO_DATE_YEAR:
            return None
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _object(root: dict[str, Any], key: str) -> dict[str, Any]:
    value, _ = clean(root.get(key))
    if not isinstance(value, dict):
        raise NotAnExportError("not-an-export", f"it has messages, but no {key} that they belong to")
    return value


def _id(block: dict[str, Any], name: str, *, least: int) -> int:
    value = block.get("id")
    try:
        return parse_id(str(value) if isinstance(value, str | int) else "", least=least)
    except BadValueError as trouble:
        raise NotAnExportError("bad-header", f"{name}.id: {trouble.detail}") from None


def _optional_id(value: object) -> int | None:
    try:
        return parse_id(value) if isinstance(value, str) else None
    except BadValueError:
        return None


def _text(block: dict[str, Any], key: str) -> str | None:
    value = block.get(key)
    return value if isinstance(value, str) else None
