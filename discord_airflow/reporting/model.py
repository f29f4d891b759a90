"""
The report as one value: what the JSON holds, and all that Markdown and HTML are made from.

Texts are plain (see plain_text.py) but not escaped for any page. Ids are text, as in every JSON of ours. None means
"not known" and never zero. Every list of figures names the receipt of the query it came from.
"""

from datetime import date, datetime
from typing import Generic, Literal, TypeVar

from discord_airflow.queries.rows import State
from discord_airflow.reporting.digest_model import DigestPart
from discord_airflow.reporting.plausibility_model import Plausibility
from discord_airflow.reporting.receipts import Id, Receipt, Value
from discord_airflow.window import Window

FORMAT = 1

Names = Literal["shown", "pseudonym", "none"]


Row = TypeVar("Row")


class Listing(Value, Generic[Row], frozen=True):
    """Rows from one query; *receipt* is its key in the report's receipts."""

    receipt: str
    rows: tuple[Row, ...]


class Span(Value, frozen=True):
    """A half-open window; *since* and *until* are written on the wall clock of *zone*."""

    since: datetime
    until: datetime
    zone: str

    def __post_init__(self) -> None:
        """Refuse what makes no window."""
        _ = self.window

    @property
    def window(self) -> Window:
        """The same as the window type of all layers."""
        return Window(self.since, self.until, self.zone)


class GapLine(Value, frozen=True):
    """A stretch of the window that no export of a channel holds."""

    channel: str
    is_thread: bool
    since: datetime
    until: datetime
    reason: str | None


class Coverage(Value, frozen=True):
    """What the figures of a server rest on; *proven*: our own collector watched the export."""

    receipt: str
    state: State
    proven: bool
    channels: int
    channels_complete: int
    channels_partial: int
    channels_none: int
    oldest_message_at: datetime | None
    newest_message_at: datetime | None
    gaps: tuple[GapLine, ...]


class Headline(Value, frozen=True):
    """
    A figure of the window beside the preceding window's.

    *value* is None when the window was not collected, and a lower bound where *state* is partial. *change* is None
    unless both windows were collected completely; *no_comparison* then says why.
    """

    figure: str
    label: str
    value: int | None
    state: State
    before: int | None
    state_before: State
    change: int | None
    no_comparison: str | None
    receipt: str


class LeftOut(Value, frozen=True):
    """Messages of the window that the headline does not count; with it they add up to *all_messages*."""

    receipt: str
    messages: int
    bot_messages: int
    system_messages: int
    deleted_messages: int
    deleted_account_messages: int
    all_messages: int


class ContributorLine(Value, frozen=True):
    """A person by messages written; *reactions* are those the messages received."""

    place: int
    name: str
    user_id: Id | None
    messages: int
    replies: int
    reactions: int
    channels: int
    active_days: int


class ChannelLine(Value, frozen=True):
    """A channel, thread or forum post by messages."""

    place: int
    name: str
    parent: str | None
    is_thread: bool
    channel_id: Id | None
    messages: int
    posters: int
    replies: int
    reactions: int


class NewLine(Value, frozen=True):
    """A person whose first stored message lies in the window."""

    name: str
    user_id: Id | None
    channel: str
    is_thread: bool
    first_message_at: datetime
    link: str | None
    reply_minutes: int | None
    messages: int


class ReactionCount(Value, frozen=True):
    """One emoji, as text, and how often it was given."""

    emoji: str
    count: int


class HighlightLine(Value, frozen=True):
    """A message that people reacted to; *text* is None where the report names nobody."""

    place: int
    author: str
    author_id: Id | None
    channel: str
    is_thread: bool
    sent_at: datetime
    text: str | None
    attachments: int
    embeds: int
    stickers: int
    link: str | None
    reactors: int | None
    reactions: int
    replies: int
    emojis: tuple[ReactionCount, ...]


class DayLine(Value, frozen=True):
    """One day on the wall clock of the zone, from *since* to *until*: the window's ends may cut it."""

    day: date
    since: datetime
    until: datetime
    state: State
    messages: int | None
    posters: int | None


class HourLine(Value, frozen=True):
    """One hour (0-23) of a weekday (0 = Monday), summed over the window."""

    weekday: int
    hour: int
    state: State
    messages: int | None


class WeekLine(Value, frozen=True):
    """A window of the trend, as long as the report's."""

    since: datetime
    until: datetime
    state: State
    messages: int | None
    posters: int | None


class PeopleLine(Value, frozen=True):
    """Where the people of the window came from: ``posters == preceding + new + returned - lapsed``."""

    receipt: str
    state: State
    posters: int | None
    preceding: int | None
    new: int | None
    returned: int | None
    lapsed: int | None
    posters_28_days: int | None
    half_written_by: int | None
    receipt_half: str


class MonthLine(Value, frozen=True):
    """A calendar month up to *until*; *joins* is None where the server posts no join messages."""

    month: date
    until: datetime
    state: State
    joins: int | None
    first_seen: int | None
    last_seen: int | None


class Server(Value, frozen=True):
    """Everything about one server; a part is None when its section is missing from the report."""

    server_id: Id
    name: str
    summary: tuple[str, ...]
    coverage: Coverage | None
    state_before: State | None
    headline: tuple[Headline, ...]
    left_out: LeftOut | None
    contributors: Listing[ContributorLine] | None
    channels: Listing[ChannelLine] | None
    days: Listing[DayLine] | None
    hours: Listing[HourLine] | None
    weeks: Listing[WeekLine] | None
    people: PeopleLine | None
    new_people: Listing[NewLine] | None
    highlights: Listing[HighlightLine] | None
    months: Listing[MonthLine] | None
    plausibility: Plausibility | None = None
    digest: DigestPart | None = None


class GuildShare(Value, frozen=True):
    """A connector's messages on one server."""

    server_id: Id
    server: str
    messages: int


class ConnectorLine(Value, frozen=True):
    """A person who wrote on two or more servers."""

    place: int
    name: str
    user_id: Id | None
    messages: int
    servers: tuple[GuildShare, ...]


class Missing(Value, frozen=True):
    """A section that this report has to do without, and why, as one sentence."""

    section: str
    reason: str


class Report(Value, frozen=True):
    """One report; *made_by* names the version that wrote it."""

    format: int
    made_by: str
    title: str
    window: Span
    preceding: Span
    names: Names
    top: int
    trend_weeks: int
    week_start: Literal["monday", "sunday"]
    excluded_channels: tuple[Id, ...]
    servers: tuple[Server, ...]
    connectors: Listing[ConnectorLine] | None
    missing: tuple[Missing, ...]
    receipts: dict[str, Receipt]
