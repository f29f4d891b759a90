"""The sentences at the top of a server: made by code, only from figures that have a receipt."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from discord_airflow.reporting.model import ChannelLine, Headline, Server
from discord_airflow.reporting.wording import (
    before_words,
    capitalised,
    counted,
    full_day,
    length,
    listed,
    number,
    relative,
    where,
)
from discord_airflow.window import Window, zone_named

NEARLY_EQUAL = 0.05
"""A change by less than this share is "about as busy"."""

FEWEST_WEEKS = 4
"""Complete windows that a record needs behind it."""

PLACES = {"active_channels": "channel", "active_threads": "thread"}

YOUNG = timedelta(days=28)
"""In the first weeks of an archive everybody is new, so a report says where the archive begins."""


def summarised(server: Server, window: Window) -> Server:
    """Return *server* with its summary."""
    return msgspec.structs.replace(server, summary=tuple(_sentences(server, window)))


def archive_begins(server: Server, window: Window) -> str | None:
    """Return the day of the oldest stored message when that is too near for "new" to mean much."""
    oldest = server.coverage.oldest_message_at if server.coverage else None
    if oldest is None or window.since - oldest > YOUNG:
        return None
    return full_day(oldest.astimezone(zone_named(window.zone)).date())


def _sentences(server: Server, window: Window) -> Iterable[str]:
    figures = {headline.figure: headline for headline in server.headline}
    messages = figures.get("messages")
    if messages is None:
        return
    if messages.value is None:
        yield "Nothing of this window was collected, so nothing can be said about it; that is not the same as silence."
        return
    yield _volume(figures, messages, messages.value, window)
    if messages.no_comparison and messages.state == "complete":
        yield f"No comparison: {messages.no_comparison}."
    yield from _record(server, messages, messages.value, window)
    if messages.value:
        yield from _people(server, window)
        yield from _leaders(server, messages)


def _volume(figures: dict[str, Headline], messages: Headline, value: int, window: Window) -> str:
    if not value and messages.state == "complete":
        return f"Nobody wrote anything{_after(messages, window)}."
    count = counted(value, "message")
    if messages.change and messages.before:
        count += f" ({relative(value, messages.before)})"
    said = count + _from_and_in(figures)
    if messages.state == "partial":
        if not value:
            return "No message is known; this window was collected only in part, so it is not compared."
        return f"At least {said}; this window was collected only in part, so it is not compared."
    if messages.change is None or messages.before is None:
        return f"{said}."
    after = "" if messages.before else _after(messages, window)
    return f"{_opening(messages.change, messages.before, window)}{said}{after}."


def _from_and_in(figures: dict[str, Headline]) -> str:
    def value(figure: str) -> int:
        return figures[figure].value or 0 if figure in figures else 0

    places = [counted(value(name), noun) for name, noun in PLACES.items() if value(name)]
    people = f" from {counted(value('posters'), 'person', 'people')}" if value("posters") else ""
    return people + (f" in {listed(places)}" if places else "")


def _opening(change: int, before: int, window: Window) -> str:
    if not before:
        return ""
    if abs(change) < NEARLY_EQUAL * before:
        return f"About as busy as {before_words(window)}: "
    return f"{'Busier' if change > 0 else 'Quieter'} than {before_words(window)}: "


def _after(messages: Headline, window: Window) -> str:
    if messages.change is None or messages.before is None:
        return ""
    if messages.before:
        return f", after {counted(messages.before, 'message')} {before_words(window)}"
    return f", as in {before_words(window)}" if not messages.value else f", after none {before_words(window)}"


def _record(server: Server, messages: Headline, value: int, window: Window) -> Iterable[str]:
    weeks = server.weeks.rows if server.weeks else ()
    earlier = [week.messages for week in weeks[:-1] if week.state == "complete" and week.messages is not None]
    if messages.state != "complete" or len(earlier) < max(FEWEST_WEEKS, len(weeks) - 1):
        return
    what = "weeks" if length(window) == "7 days" else "windows of this length"
    if value > max(earlier):
        yield f"That is the most in the last {len(weeks)} {what}."
    elif value < min(earlier):
        yield f"That is the least in the last {len(weeks)} {what}."
    else:
        low, high = number(min(earlier)), number(max(earlier))
        had = "none, either" if not max(earlier) else f"{low} each" if low == high else f"{low} to {high}"
        yield f"The {len(earlier)} {what} before had {had}."


def _people(server: Server, window: Window) -> Iterable[str]:
    people = server.people
    if people is None or not people.posters or people.new is None or people.returned is None or people.lapsed is None:
        return
    begins = archive_begins(server, window)
    new = f"{number(people.new)} wrote here for the first time" + (
        f" since {begins}, where the archive begins" if begins else ""
    )
    came = [new] * bool(people.new) + [f"{number(people.returned)} came back after a pause"] * bool(people.returned)
    parts = [f"of {counted(people.posters, 'person', 'people')}, {listed(came)}"] if came else []
    if people.lapsed:
        were = "was" if people.lapsed == 1 else "were"
        parts.append(f"{number(people.lapsed)} of those who wrote {before_words(window)} {were} silent")
    if parts:
        yield capitalised("; ".join(parts)) + "."


def _leaders(server: Server, messages: Headline) -> Iterable[str]:
    parts: list[str] = []
    if server.contributors and server.contributors.rows:
        first = server.contributors.rows[0]
        parts.append(f"{first.name} wrote most ({counted(first.messages, 'message')})")
    if server.channels and server.channels.rows:
        busiest = server.channels.rows[0]
        parts.append(f"{_place(busiest)} was busiest ({number(busiest.messages)})")
    if parts:
        reservation = "" if messages.state == "complete" else "in what was collected, "
        yield capitalised(reservation + "; ".join(parts)) + "."


def _place(channel: ChannelLine) -> str:
    return where(channel.name, is_thread=channel.is_thread)
