"""What a report is asked to cover."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from discord_airflow.reporting.model import Names
from discord_airflow.settings import Settings
from discord_airflow.window import Window

SECTIONS = ("stats", "trends", "connectors", "highlights", "health")
"""Computed from the database, in the order of the report."""

DIGEST = "digest"
"""The section that a model writes; a report does without it when it is absent, and says so."""


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """
    One report: *run_key* names the run that makes it and leaves no trace in its bytes.

    *guild_ids* empty means every stored server, but never direct messages. A thread is excluded with its channel.
    """

    run_key: str
    window: Window
    guild_ids: tuple[int, ...] = ()
    excluded_channels: tuple[int, ...] = ()
    top: int = 5
    names: Names = "shown"
    trend_weeks: int = 8
    week_start: Literal["monday", "sunday"] = "monday"

    @property
    def zone(self) -> str:
        """The zone whose wall clock the report is written in."""
        return self.window.zone

    def options(self) -> dict[str, Any]:
        """Return all but key and window as JSON has it; ids as text."""
        return {
            "guild_ids": [str(guild_id) for guild_id in self.guild_ids],
            "excluded_channels": [str(channel_id) for channel_id in self.excluded_channels],
            "top": self.top,
            "names": self.names,
            "trend_weeks": self.trend_weeks,
            "week_start": self.week_start,
        }

    def keyed(self, run_key: str) -> "ReportRequest":
        """Return the same request for the run *run_key*."""
        return replace(self, run_key=run_key)

    @classmethod
    def stored(cls, run_key: str, window: Window, options: dict[str, Any]) -> "ReportRequest":
        """Return the request that options() was called on."""
        ids = {name: tuple(int(text) for text in options[name]) for name in ("guild_ids", "excluded_channels")}
        return cls(run_key=run_key, window=window, **{**options, **ids})


def request_from(
    settings: Settings, run_key: str, window: Window, guild_ids: tuple[int, ...] | None = None
) -> ReportRequest:
    """Return the request for *window*, all else as configured; *guild_ids* overrides the configured servers."""
    return ReportRequest(
        run_key=run_key,
        window=window,
        guild_ids=guild_ids or settings.servers,
        excluded_channels=tuple(sorted(settings.excluded_channels)),
        top=settings.report.top,
        names=settings.report.names,
        trend_weeks=settings.report.trend_weeks,
        week_start=settings.report.week_start,
    )
