"""Numbers, changes and times as a report writes them: plain words, the same on every machine."""

from datetime import date, datetime

from discord_airflow.window import Window, zone_named

# Not strftime, which follows the machine's language.
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

NOT_COLLECTED = "not collected"
UNKNOWN = "unknown"


def number(value: int | float | None, *, unknown: str = NOT_COLLECTED) -> str:
    """Return *value* with its thousands separated; None is never printed as a number."""
    if value is None:
        return unknown
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def counted(value: int, one: str, many: str | None = None) -> str:
    """Return *value* with its noun: ``1 message``, ``1,204 messages``; *many* where an s is not enough."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def listed(parts: list[str]) -> str:
    """Return *parts* as a sentence has them: ``a``, ``a and b``, ``a, b and c``."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1] if parts else ""


def capitalised(sentence: str) -> str:
    """Return *sentence* with a capital first letter and the rest untouched."""
    return sentence[:1].upper() + sentence[1:]


def percent(value: float) -> str:
    """Return a share in whole percent; one that is there is never rounded to 0, one that is not whole never to 100."""
    if 0 < value < 0.005:
        return "<1 %"
    return ">99 %" if 0.995 <= value < 1 else f"{value * 100:,.0f} %"


def change(value: int, before: int) -> str:
    """Return how *value* differs from *before*: ``▲ 63 (+18 %)``, ``▼ 5 (−12 %)``, ``▲ 4 (from 0)``, ``no change``."""
    if value == before:
        return "no change"
    arrow = "▲" if value > before else "▼"
    return f"{arrow} {number(abs(value - before))} ({relative(value, before)})"


def relative(value: int, before: int) -> str:
    """Return the change from *before* to *value* in percent, with its sign."""
    if before == 0:
        return "from 0"
    sign = "+" if value >= before else "−"
    return sign + percent(abs(value - before) / before).replace(">99 %", "99 %").replace("<1 %", "1 %")


def day(value: date) -> str:
    """Return ``Sun 15 Nov``."""
    return f"{WEEKDAYS[value.weekday()]} {value.day} {MONTHS[value.month - 1]}"


def full_day(value: date) -> str:
    """Return ``Sun 15 Nov 2026``."""
    return f"{day(value)} {value.year}"


def short_moment(instant: datetime, zone: str) -> str:
    """Return *instant* on the wall clock of *zone*: ``Sun 15 Nov 2026, 09:00``."""
    local = instant.astimezone(zone_named(zone))
    return f"{full_day(local.date())}, {local:%H:%M}"


def day_and_time(instant: datetime, zone: str) -> str:
    """Return *instant* as short_moment does, without the year; for instants inside a window that is stated."""
    local = instant.astimezone(zone_named(zone))
    return f"{day(local.date())}, {local:%H:%M}"


def span(window: Window) -> str:
    """Return *window* for a heading, in its own zone: ``Sun 15 Nov 09:00 – Sun 22 Nov 2026 09:00``."""
    since, until = (instant.astimezone(zone_named(window.zone)) for instant in (window.since, window.until))
    first = day(since.date()) if since.year == until.year else full_day(since.date())
    return f"{first} {since:%H:%M} – {full_day(until.date())} {until:%H:%M}"


def length(window: Window) -> str:
    """Return how long *window* is on the wall clock of its zone: ``7 days``, ``1 day``, ``36 hours``."""
    zone = zone_named(window.zone)
    lasted = window.until.astimezone(zone).replace(tzinfo=None) - window.since.astimezone(zone).replace(tzinfo=None)
    if lasted.seconds or not lasted.days:
        return counted(round(lasted.total_seconds() / 3600), "hour")
    return counted(lasted.days, "day")


def before_words(window: Window) -> str:
    """Return what the window before is called: ``the week before``, ``the 14 days before``."""
    lasted = length(window)
    return {"7 days": "the week before", "1 day": "the day before"}.get(lasted, f"the {lasted} before")


def where(name: str, *, is_thread: bool) -> str:
    """Return a channel as ``#name`` and a thread as ``“name”``."""
    return f"“{name}”" if is_thread else f"#{name}"
