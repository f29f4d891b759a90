"""Reports made of typed rows, without a database: one busy server, one quiet one, every field open to any text."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec

from discord_airflow.queries import rows
from discord_airflow.reporting.compose import compose
from discord_airflow.reporting.mentioned import Mentioned
from discord_airflow.reporting.payload import Answer, Section
from discord_airflow.reporting.receipts import Parameters, SeenData
from discord_airflow.reporting.request import ReportRequest
from discord_airflow.window import window_ending

UNTIL = datetime(2026, 11, 22, 7, tzinfo=UTC)
WINDOW = window_ending(UNTIL, 7, "Europe/Helsinki")
HARBOUR, ORCHARD = 1_080_284_665_515_226_113, 1_109_513_463_008_129_776
GENERAL, THREAD = 1_080_454_174_326_061_923, 1_571_915_427_751_780_750
ADA, BELA = 538_476_537_809_066_895, 538_476_537_809_066_896
MESSAGE = 1_573_712_758_885_221_418

FIELDS = ("guild_name", "user_name", "channel_name", "thread_name", "parent_name", "content", "emoji", "reason")
"""Where text from outside enters a report."""

TEXTS = {
    "guild_name": "Harbour Makers",
    "user_name": "Ada",
    "channel_name": "general",
    "thread_name": "Espresso machine",
    "parent_name": "repair-help",
    "content": "The kettle works again.",
    "emoji": "party",
    "reason": "failed: the connection was lost",
}


def request(**changes):
    """Return a request for WINDOW."""
    return replace(ReportRequest("test", WINDOW), **changes)


def report(*, state="complete", before="complete", texts=None, without=(), **changes):
    """Return a report in which coverage is *state*, that of the window before is *before*, and *texts* stand."""
    texts = TEXTS | (texts or {})
    asked = request(**changes)
    made = sections(texts, state, before)
    return compose(asked, {name: section for name, section in made.items() if name not in without})


def sections(texts, state="complete", before="complete"):
    """Return all five sections about two servers."""
    return {
        "stats": _section("stats", _stats(texts, state, before)),
        "trends": _section("trends", {"weeks": ("weekly_trend", _weeks(texts, state))}),
        "connectors": _section("connectors", {"connectors": ("connectors", [_connector(texts)])}),
        "highlights": _section("highlights", _highlights(texts, state)),
        "health": _section("health", _health(texts, state, before)),
    }


def _section(name, answers):
    parameters = Parameters.of(WINDOW, [HARBOUR, ORCHARD], [], {})
    watermark = SeenData(files=3, newest_observed_at=UNTIL, newest_message_id=str(MESSAGE), newest_message_at=UNTIL)
    return Section(
        name=name,
        watermark=watermark,
        answers={
            key: Answer(query=query, parameters=parameters, coverage={}, rows=msgspec.to_builtins(list(found)))
            for key, (query, found) in answers.items()
        },
    )


def _stats(texts, state, before):
    quiet = replace(_coverage(texts, "complete"), guild_id=ORCHARD, guild_name="Orchard", gaps=())
    busy = [
        rows.Contributor(HARBOUR, texts["guild_name"], ADA, texts["user_name"], 84, 21, 63, 4, 7),
        rows.Contributor(HARBOUR, texts["guild_name"], BELA, "béla", 12, 1, 5, 2, 3),
    ]
    channels = [
        rows.ChannelActivity(
            HARBOUR, texts["guild_name"], GENERAL, texts["channel_name"], False, 5, "Town", 63, 20, 9, 130
        ),
        rows.ChannelActivity(
            HARBOUR, texts["guild_name"], THREAD, texts["thread_name"], True, 6, texts["parent_name"], 9, 4, 2, 11
        ),
    ]
    return {
        "coverage": ("coverage", [_coverage(texts, state), quiet]),
        "coverage_before": ("coverage", [_coverage(texts, before), quiet]),
        "changes": ("changes", [*_changes(texts, state, before), *_nothing()]),
        "activity": ("activity", [_activity(texts)]),
        "contributors": ("contributors", busy if state != "none" else []),
        "channels": ("channels", channels if state != "none" else []),
        "days": ("days", _days(state)),
        "hours": ("hours", _hours(state)),
    }


def _coverage(texts, state):
    counts = {"complete": (4, 0, 0), "partial": (2, 1, 1), "none": (0, 0, 4)}[state]
    gap = rows.Gap(GENERAL, texts["channel_name"], WINDOW.since, WINDOW.since + timedelta(hours=30), texts["reason"])
    states = (
        rows.ChannelCoverage(GENERAL, texts["channel_name"], False, state, False, UNTIL - timedelta(hours=2)),
        rows.ChannelCoverage(THREAD, texts["thread_name"], True, state, False, UNTIL - timedelta(hours=2)),
    )
    return rows.GuildCoverage(
        guild_id=HARBOUR,
        guild_name=texts["guild_name"],
        since=WINDOW.since,
        until=WINDOW.until,
        state=state,
        proven=False,
        channels=4,
        channels_complete=counts[0],
        channels_partial=counts[1],
        channels_none=counts[2],
        oldest_message_at=UNTIL - timedelta(days=300),
        newest_message_at=UNTIL - timedelta(hours=2),
        gaps=() if state == "complete" else (gap,),
        channel_states=states,
    )


FIGURES = {
    "messages": (1412, 1197),
    "posters": (37, 41),
    "active_channels": (9, 9),
    "active_threads": (3, 0),
    "replies": (210, 230),
    "reactions": (642, 1),
}


def _changes(texts, state, before):
    for figure, (value, preceding) in FIGURES.items():
        yield rows.Change(
            HARBOUR,
            texts["guild_name"],
            figure,
            None if state == "none" else value,
            None if before == "none" else preceding,
            value - preceding if state == before == "complete" else None,
            state,
            before,
        )


def _nothing():
    return [rows.Change(ORCHARD, "Orchard", figure, 0, 0, 0, "complete", "complete") for figure in FIGURES]


def _activity(texts):
    zeros = dict.fromkeys(
        ("replies", "reactions", "attachments", "embeds", "mentions", "stickers", "edited", "pinned"), 0
    )
    return rows.Activity(
        guild_id=HARBOUR,
        guild_name=texts["guild_name"],
        since=WINDOW.since,
        until=WINDOW.until,
        messages=1412,
        posters=37,
        active_channels=9,
        active_threads=3,
        deleted_account_messages=2,
        bot_messages=23,
        system_messages=1,
        deleted_messages=2,
        all_messages=1438,
        **zeros,
    )


def _days(state):
    first = WINDOW.since.date()
    for number in range(8):
        day = first + timedelta(days=number)
        start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=2)
        ends = max(start, WINDOW.since), min(start + timedelta(days=1), WINDOW.until)
        known = (None, None) if state == "none" else (number * 25, number)
        yield rows.DayPoint(HARBOUR, day, *ends, state, *known)


def _hours(state):
    for weekday in range(7):
        for hour in range(24):
            messages = None if state == "none" else max(0, hour - 8) * weekday
            yield rows.HourCell(HARBOUR, weekday, hour, state, messages)


def _weeks(texts, state):
    for number in range(8):
        until = UNTIL - timedelta(days=7 * (7 - number))
        last = number == 7
        known = (None, None) if last and state == "none" else (1412 if last else 1000 + number, 30 + number)
        week = state if last else "complete"
        yield rows.WeekPoint(HARBOUR, texts["guild_name"], until - timedelta(days=7), until, week, *known)


def _highlights(texts, state):
    emojis = (rows.EmojiCount(texts["emoji"], 17, 8), rows.EmojiCount("👍", None, 6))
    found = rows.Highlight(
        guild_id=HARBOUR,
        guild_name=texts["guild_name"],
        channel_id=THREAD,
        channel_name=texts["thread_name"],
        message_id=MESSAGE,
        author_id=ADA,
        author_name=texts["user_name"],
        author_is_deleted_account=False,
        sent_at=UNTIL - timedelta(days=2),
        content=texts["content"],
        reactors=12,
        reactions=14,
        replies=3,
        attachments=1,
        embeds=0,
        stickers=0,
        emojis=emojis,
    )
    new = rows.NewPerson(
        HARBOUR, texts["guild_name"], BELA, texts["user_name"], GENERAL, texts["channel_name"], MESSAGE + 1,
        UNTIL - timedelta(days=3), UNTIL - timedelta(days=3, minutes=-12), 5,
    )  # fmt: skip
    known = state != "none"
    return {
        "highlights": ("highlights", [found] if known else []),
        "mentioned": ("mentioned", [Mentioned(HARBOUR, "person", ADA, texts["user_name"])]),
        "new_people": ("new_people", [new] if known else []),
    }


def _health(texts, state, before):
    compared = (41, 4, 6, 14) if state == before == "complete" else (None,) * 4
    posters = None if state == "none" else 37
    active = rows.WeeklyActive(
        HARBOUR,
        texts["guild_name"],
        WINDOW.since,
        WINDOW.until,
        state,
        posters,
        *compared,
        58 if state == "complete" else None,
    )
    months = [
        rows.MembershipMonth(
            HARBOUR,
            texts["guild_name"],
            date(2026, month, 1),
            UNTIL,
            UNTIL,
            "complete",
            None if month < 11 else 3,
            4,
            5,
        )
        for month in (9, 10, 11)
    ]
    return {
        "people": ("weekly_active", [active]),
        "concentration": ("concentration", [rows.Concentration(HARBOUR, texts["guild_name"], 37, 1412, 5)]),
        "months": ("membership", months),
        **({"plausibility": ("plausibility", [_doubted(texts)])} if state == "partial" else {}),
    }


def _doubted(texts):
    doubts = (
        rows.Doubt("few", GENERAL, texts["channel_name"], False, 3, 40, 30, 60),
        rows.Doubt("silent", THREAD, texts["thread_name"], True, 0, 12, 9, 20),
    )
    return rows.GuildPlausibility(HARBOUR, texts["guild_name"], "partial", 8, 2, 4, doubts)


def _connector(texts):
    there = (
        rows.GuildMessages(HARBOUR, texts["guild_name"], texts["user_name"], 84),
        rows.GuildMessages(ORCHARD, "Orchard", texts["user_name"], 3),
    )
    return rows.Connector(ADA, texts["user_name"], 87, there)
