"""Is the data plausible? The doubts of the query layer as sentences: what, where, and what to do."""

from collections.abc import Mapping

from discord_airflow.queries.plausibility_rows import Doubt, DoubtAbout, GuildPlausibility
from discord_airflow.queries.robust import FEWEST
from discord_airflow.reporting.namer import Namer
from discord_airflow.reporting.plausibility_model import DoubtLine, Plausibility
from discord_airflow.reporting.wording import capitalised, counted, day_and_time, length, number, where
from discord_airflow.window import Window

ADVICE: Mapping[DoubtAbout, str] = {
    "freshness": "Run discord-airflow collect (or the DAG discord_collect), then make the report again.",
    "channels": "discord-airflow coverage names each with the reason; the next collection fills what it can.",
    "threads": "Look whether the list of threads was whole: export.threads is all, and the bot may see private ones.",
    "never_collected": "Give the bot View Channel and Read Message History there, or name them in excluded_channels.",
    "few": "Look whether the exports are whole (discord-airflow check --read-data); if people were quiet, all is well.",
    "many": "Look whether a machine wrote, or something was imported under new ids; if people were busy, all is well.",
    "silent": "Look whether the channel was closed, renamed or hidden from the bot; if not, people were silent.",
    "empty": "Switch on the Message Content Intent of the bot, then run discord-airflow collect --full.",
    "doubled": "Find the file that was changed (discord-airflow check --read-data); exports are never to be edited.",
    "future": "Set the clock of the machine that exports; dates in exports are never to be edited.",
    "clock": "Nothing, if history was brought here from elsewhere; otherwise find the file that was changed.",
}

_ORDER: tuple[DoubtAbout, ...] = tuple(ADVICE)


def plausibility(receipt: str, row: GuildPlausibility, namer: Namer, window: Window) -> Plausibility:
    """Return what speaks against a server's data, and in one sentence whether anything does."""
    doubts = sorted(row.doubts, key=lambda doubt: _ORDER.index(doubt.about))
    lines = tuple(_line(doubt, namer, window) for doubt in doubts)
    verdict = counted(len(lines), "thing") + (" speaks" if len(lines) == 1 else " speak") + " against it."
    return Plausibility(
        receipt=receipt,
        verdict=verdict if lines else _all_well(row, window),
        windows=row.windows,
        channels=row.channels,
        doubts=lines,
    )


def _all_well(row: GuildPlausibility, window: Window) -> str:
    well = "Nothing is empty, doubled or misdated"
    if row.state == "none":
        return "Nothing of this window was collected, so there is nothing to say."
    if not row.windows:
        return f"{well}. Whether the number of messages is usual takes {FEWEST} earlier windows collected whole."
    past = f"{number(row.windows)} {_windows(window)} before"
    channels = f" nor any of its channels ({number(row.channels)} compared)" if row.channels else ""
    compared = f"neither the server{channels} has far too few" if channels else "the server has not far too few"
    return f"{well}; held against the {past}, {compared} messages or far too many."


def _windows(window: Window) -> str:
    return "weeks" if length(window) == "7 days" else "windows"


def _line(doubt: Doubt, namer: Namer, window: Window) -> DoubtLine:
    name = None
    if doubt.channel_id is not None:
        name = namer.channel(doubt.channel_id, doubt.channel_name or "")
    return DoubtLine(
        about=doubt.about,
        channel=name,
        is_thread=doubt.is_thread,
        found=doubt.found,
        of=doubt.of,
        lowest=doubt.lowest,
        highest=doubt.highest,
        sentence=capitalised(_sentence(doubt, name, window)),
        advice=ADVICE[doubt.about],
    )


def _sentence(doubt: Doubt, name: str | None, window: Window) -> str:
    there = "the whole server" if name is None else where(name, is_thread=doubt.is_thread)
    part = f"{number(doubt.found)} of {number(doubt.of)}"
    messages = f"{number(doubt.found)} of {counted(doubt.of, 'message')}"
    were = "was" if doubt.found == 1 else "were"
    match doubt.about:
        case "freshness":
            assert doubt.since is not None
            return (
                f"nothing was collected after {day_and_time(doubt.since, window.zone)}, {_ago(doubt.found)} before the"
                " end of the window."
            )
        case "channels":
            return f"{part} channels {were} not collected for the whole window."
        case "threads":
            return f"{part} threads {were} not collected for the whole window."
        case "never_collected":
            return f"{part} known channels and threads {were} never collected."
        case "few" | "many" | "silent":
            usual = (
                f"the {_windows(window)} before had {number(doubt.lowest)} to {number(doubt.highest)},"
                f" usually {number(doubt.of)}"
            )
            return f"{there}: {counted(doubt.found, 'message') if doubt.found else 'no message'}; {usual}."
        case "empty":
            return f"{there}: {messages} that people wrote hold neither words nor anything else."
        case "doubled":
            return f"{there}: {messages} stand there twice: one person, one instant, two ids."
        case "future":
            return f"{there}: {messages} are dated later than the export that shows them."
        case "clock":
            return f"{there}: {messages} have an id that was made at another time."


def _ago(minutes: int) -> str:
    if minutes < 120:
        return counted(minutes, "minute")
    return counted(minutes // 60, "hour") if minutes < 48 * 60 else counted(minutes // 1440, "day")
