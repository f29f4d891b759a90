"""What a figure rests on: the query with its parameters, the data it saw, and how much of the time that data covers."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from discord_airflow.queries.rows import State, Watermark
from discord_airflow.window import Window

Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,19}$")]
"""A Discord id as text, for programs whose numbers do not reach that far."""

_NUMBERS = ("limit", "weeks", "months", "min_messages")


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Part of a report: never changed after it was made, and without keys that nobody knows."""


class Parameters(Value, frozen=True):
    """What a query was asked; the instants are written in UTC. A number that a query does not take is left out."""

    since: datetime
    until: datetime
    zone: str
    guild_ids: tuple[Id, ...]
    excluded_channels: tuple[Id, ...]
    limit: int | UnsetType = UNSET
    weeks: int | UnsetType = UNSET
    months: int | UnsetType = UNSET
    min_messages: int | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Refuse what makes no window."""
        _ = self.window

    @property
    def window(self) -> Window:
        """The window that was asked about."""
        return Window(self.since, self.until, self.zone)

    @classmethod
    def of(
        cls, window: Window, guild_ids: Sequence[int], excluded: Sequence[int], numbers: Mapping[str, int]
    ) -> "Parameters":
        """Return the parameters of a question about *window*."""
        return cls(
            since=window.since.astimezone(UTC),
            until=window.until.astimezone(UTC),
            zone=window.zone,
            guild_ids=tuple(map(str, guild_ids)),
            excluded_channels=tuple(map(str, excluded)),
            **numbers,
        )

    def arguments(self) -> dict[str, Any]:
        """Return the same as arguments of a query."""
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        return {
            "window": self.window,
            "guild_ids": [int(guild_id) for guild_id in self.guild_ids],
            "excluded_channels": [int(channel_id) for channel_id in self.excluded_channels],
            **{name: number for name, number in numbers.items() if number is not UNSET},
        }


class SeenData(Value, frozen=True):
    """What the database held when a figure was computed."""

    files: int
    newest_observed_at: datetime | None
    newest_message_id: Id | None
    newest_message_at: datetime | None

    @classmethod
    def of(cls, watermark: Watermark) -> "SeenData":
        """Return the watermark as a receipt writes it."""
        newest_id = watermark.newest_message_id
        return cls(
            files=watermark.files,
            newest_observed_at=watermark.newest_observed_at,
            newest_message_id=None if newest_id is None else str(newest_id),
            newest_message_at=watermark.newest_message_at,
        )

    def precedes(self, now: "SeenData") -> bool:
        """Say whether the data went on from here to *now*; equal data did not, and neither did data that shrank."""
        if self == now or self.files > now.files:
            return False
        then, newest = self.newest_observed_at, now.newest_observed_at
        return then is None or (newest is not None and then <= newest)


class Receipt(Value, frozen=True):
    """One answered question; *coverage* by server id, *rows* that came back."""

    query: str
    parameters: Parameters
    watermark: SeenData
    coverage: dict[Id, State]
    rows: int
