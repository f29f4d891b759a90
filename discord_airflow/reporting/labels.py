"""What single lines of a report say, in the same words on both pages."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from discord_airflow.reporting.model import (
    ChannelLine,
    DayLine,
    Headline,
    HighlightLine,
    MonthLine,
    NewLine,
    Report,
    WeekLine,
)
from discord_airflow.reporting.wording import (
    MONTHS,
    NOT_COLLECTED,
    UNKNOWN,
    change,
    counted,
    day,
    day_and_time,
    listed,
    number,
    where,
)
from discord_airflow.window import zone_named


def figure(value: int | None, state: str) -> str:
    """
    Return a figure with what its coverage makes of it: ``412``, ``at least 412``, ``not collected``.

    Nothing found where something was not collected is no finding: ``unknown``.
    """
    if value is None or state == "none":
        return NOT_COLLECTED
    if not value and state == "partial":
        return UNKNOWN
    return f"at least {number(value)}" if state == "partial" else number(value)


def changed(headline: Headline) -> str:
    """Return the change of a headline figure, or that there is no comparison."""
    if headline.change is None or headline.value is None or headline.before is None:
        return "no comparison"
    return change(headline.value, headline.before)


def place(channel: ChannelLine) -> str:
    """Return a channel with its hash, a thread with the channel it hangs under."""
    under = f" in #{channel.parent}" if channel.parent else ""
    return where(channel.name, is_thread=channel.is_thread) + under


def day_label(line: DayLine) -> str:
    """Return a day, and from or until when where an end of the window cuts it."""
    since = f", from {line.since:%H:%M}" if (line.since.hour, line.since.minute) != (0, 0) else ""
    until = f", to {line.until:%H:%M}" if (line.until.hour, line.until.minute) != (0, 0) else ""
    return day(line.day) + since + until


def day_labels(lines: Sequence[DayLine]) -> list[str]:
    """Return the label of each day."""
    return [day_label(line) for line in lines]


def week_labels(lines: Sequence[WeekLine]) -> list[str]:
    """Return the label of each window of the trend."""
    return [f"{day(line.since.date())} – {day(line.until.date())}" for line in lines]


def months_shown(lines: Sequence[MonthLine]) -> Sequence[MonthLine]:
    """Return the months without the empty ones before anything was stored."""
    first = next(
        (place for place, line in enumerate(lines) if line.joins or line.first_seen or line.state != "complete"), 0
    )
    return lines[first:]


def month_label(line: MonthLine) -> str:
    """Return a month, and until when where the window ends inside it."""
    label = f"{MONTHS[line.month.month - 1]} {line.month.year}"
    whole = (line.until.day, line.until.hour, line.until.minute) == (1, 0, 0)
    return label if whole else f"{label}, to {line.until.day} {MONTHS[line.until.month - 1]}"


def reactions(line: HighlightLine) -> str:
    """Return who reacted and how: ``14 people: 🎉 8, 👍 6``."""
    emojis = ", ".join(f"{each.emoji} {number(each.count)}" for each in line.emojis[:6])
    if line.reactors is None:
        return f"{counted(line.reactions, 'reaction')}: {emojis}"
    return f"{counted(line.reactors, 'person', 'people')} reacted: {emojis}"


def message_text(line: HighlightLine) -> str:
    """Return what a highlighted message says, or what it carries when it has no words."""
    if line.text:
        return line.text
    carried = [
        counted(count, noun)
        for count, noun in ((line.attachments, "attachment"), (line.stickers, "sticker"), (line.embeds, "embed"))
        if count
    ]
    return f"[{listed(carried)}]" if carried else "[no text]"


def arrival(line: NewLine, report: Report) -> str:
    """Return how a new person came: where and when, how much, and whether somebody answered."""
    there = where(line.channel, is_thread=line.is_thread)
    written = f"wrote first in {there}, {moment(line.first_message_at, report)}"
    return f"{written}; {counted(line.messages, 'message')}, {answered(line.reply_minutes)}"


def moment(instant: datetime, report: Report) -> str:
    """Return when somebody wrote; a report that names nobody knows the day only."""
    zone = report.window.zone
    return day_and_time(instant, zone) if report.names == "shown" else day(instant.astimezone(zone_named(zone)).date())


def answered(minutes: int | None) -> str:
    """Return how long the first reply took: ``answered after 4 min``, ``no reply so far``."""
    if minutes is None:
        return "no reply so far"
    waited = timedelta(minutes=minutes)
    if waited < timedelta(hours=1):
        return f"answered after {minutes} min"
    if waited < timedelta(days=2):
        return f"answered after {round(minutes / 60)} h"
    return f"answered after {waited.days} days"


def joins(line: MonthLine) -> str:
    """Return the join messages of a month; a server that posts none has an unknown number of joins, not 0."""
    if line.joins is None and line.state != "none":
        return UNKNOWN
    return figure(line.joins, line.state)
