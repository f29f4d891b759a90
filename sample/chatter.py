"""What repeats: readings, the build machine, TideBot's answers and the Harbourmaster's reminders."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from cast import PEOPLE
from clock import milliseconds, snowflake, written
from embeds import embed
from stage import Stage, chance

FIRST_DAY = datetime(2026, 8, 30)
DAYS = 84

# Keeper: days of the week on which a reading is posted, hour, first day, the water in September and how fast
# it cools per day, and how the keeper writes it.
_KEEPERS = {
    "emil": ((0, 2, 5), 7, "2026-08-30", 16.5, 0.135, "Visby-1: {t} °C, {l} cm, wind {w} {v} m/s"),
    "bruno": ((1, 6), 9, "2026-08-30", 18.9, 0.045, "Porto {t} °C | {l} cm | vento {w} {v} m/s"),
    "yuna": ((3,), 4, "2026-08-30", 17.8, 0.11, "釧路 {t}℃ 潮位 {l}cm 風 {v}m/s"),
    "noor": ((4,), 8, "2026-09-08", 27.4, 0.07, "Alexandria: {t} °C, {l} cm, wind {w} {v} m/s"),
    "hana": ((0,), 5, "2026-09-17", 23.6, 0.1, "부산 {t}℃, 수위 {l}cm, 바람 {v}m/s"),
    "lin": ((5,), 6, "2026-09-02", 24.1, 0.125, "青岛 {t}℃，水位 {l} 厘米，风速 {v} 米/秒"),
    "ingrid": ((2,), 8, "2026-08-30", 14.8, 0.085, "Bergen: {t} °C, {l} cm, {w} {v} m/s"),
    "otto": ((6,), 10, "2026-08-30", 17.2, 0.14, "Helsinki harbour {t} °C, {l} cm, wind {w} {v} m/s"),
    "kaarel": ((1, 5), 8, "2026-10-30", 16.9, 0.14, "Tallinn: {t} °C, {l} cm, wind {w} {v} m/s"),
    "rafael": ((3,), 15, "2026-10-16", 12.8, -0.02, "Valparaíso-1: {t} °C, {l} cm, viento {w} {v} m/s"),
    "pia": ((0, 4), 19, "2026-10-16", 17.5, 0.13, "Rostock {t} °C, {l} cm, {w} {v} m/s"),
}
_IN_ENGLISH = ("emil", "noor", "ingrid", "otto", "kaarel", "pia")
# How high the water stood that night, in cm by the hours since noon: the readings agree with the dialogue.
_STORM_BEGINS = datetime(2026, 11, 11, 12, 0)
_STORM = {
    "emil": ((0, 22), (2.1, 48), (4.1, 71), (7, 85), (10.7, 88), (13, 80), (16, 55), (19.7, 35), (24, 14)),
    "otto": ((0, 18), (2.1, 44), (6, 70), (10.5, 91), (11.9, 94), (14, 84), (17, 58), (20, 38), (24, 10)),
    "kaarel": ((0, 14), (2.1, 39), (6, 66), (10.2, 83), (11.7, 96), (18.8, 41), (24, 12)),
    "ingrid": ((0, 10), (6, 40), (11, 47), (16, 29), (24, 6)),
}
_WINDS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW", "SW", "W")


def _reading(who: str, at: datetime, rng: random.Random) -> str:
    _, _, _, water, cooling, form = _KEEPERS[who]
    temperature = water - cooling * (at - FIRST_DAY).days + chance(rng, -0.4, 0.4)
    level = round(chance(rng, -14, 15))
    wind = round(chance(rng, 1, 9))
    direction = _WINDS[int(rng.random() * len(_WINDS))]
    hours = (at - _STORM_BEGINS).total_seconds() / 3600
    if who in _STORM and 0 <= hours <= 24:
        level, direction = round(_between(_STORM[who], hours)), "NW"
        wind = round(13 + level / 10 + chance(rng, -1, 1))
    return form.format(t=f"{temperature:.1f}", l=_signed(level), w=direction, v=wind)


def _between(points: tuple[tuple[float, float], ...], hours: float) -> float:
    """Return the level on the straight line between the two points around *hours*."""
    for (start, low), (end, high) in pairwise(points):
        if start <= hours <= end:
            return low + (high - low) * (hours - start) / (end - start)
    raise ValueError(hours)


def _signed(level: int) -> str:
    return f"{level:+d}".replace("-", "−") if level else "±0"


def add_readings(stage: Stage, seed: int, remarks_file: Path) -> None:
    """Post the keepers' readings: up to three a week each, and one every other hour while the storm passes."""
    lines = remarks_file.read_text(encoding="utf-8").splitlines()
    remarks = [line for line in lines if line and not line.startswith("#")]
    rng = random.Random(f"{seed} readings")
    used = 0
    for day in range(DAYS):
        date = FIRST_DAY + timedelta(days=day)
        for who, (weekdays, hour, since, *_) in _KEEPERS.items():
            if date.weekday() not in weekdays or date < datetime.fromisoformat(since):
                continue
            at = date + timedelta(hours=hour, minutes=int(chance(rng, 0, 50)))
            text = _reading(who, at, rng)
            if who in _IN_ENGLISH and used < len(remarks) * (day + 1) / DAYS and rng.random() < 0.8:
                text, used = f"{text}. {remarks[used][0].upper()}{remarks[used][1:]}", used + 1
            _post(stage, who, at, text, rng)
    for who in _STORM:
        for hour in range(0, 24, 2):
            at = _STORM_BEGINS + timedelta(hours=hour + chance(rng, 0, 1.5))
            # What kaarel's network did that night is told in the dialogue.
            if who != "kaarel" or not datetime(2026, 11, 11, 22, 10) < at < datetime(2026, 11, 12, 6, 50):
                _post(stage, who, at, _reading(who, at, rng), rng)


def _post(stage: Stage, who: str, at: datetime, text: str, rng: random.Random) -> None:
    moment = milliseconds(at) + int(chance(rng, 0, 59_000))
    message = stage.post("stations", PEOPLE[who], moment, text, rng)
    if rng.random() < 0.16:
        # The first three who read it, never the keeper.
        fans = [PEOPLE[key] for key in ("ingrid", "wren", "kofi", "emil") if key != who][: 1 + int(rng.random() * 3)]
        message.reactions.append(("👍" if rng.random() < 0.7 else "🌊", fans, len(fans)))


def add_builds(stage: Stage, seed: int) -> None:
    """Let the build machine report by webhook, which has another name for every kind of news."""
    rng = random.Random(f"{seed} builds")
    number = 388
    for day in range(2, DAYS):
        date = FIRST_DAY + timedelta(days=day)
        if rng.random() > (0.7 if date.weekday() < 5 else 0.12):
            continue
        number += 1 + int(rng.random() * 4)
        at = milliseconds(date + timedelta(hours=11 + 8 * rng.random()))
        passed = rng.random() > 0.13
        message = stage.post("builds", PEOPLE["ci"], at, "", rng)
        message.shown_name = "Tidewatch CI" if passed else "Tidewatch CI (sad)"
        message.embeds.append(
            embed(
                f"Build {number} {'passed' if passed else 'failed'}",
                f"https://builds.tidewatch.example/{number}",
                "main" if rng.random() < 0.7 else "release",
                timestamp=written(at),
                color="#2ECC71" if passed else "#E74C3C",
                footer={"text": f"{2 + int(rng.random() * 4)} min {int(rng.random() * 60)} s"},
                fields=[
                    {
                        "name": "Tests",
                        "value": f"{600 + number} passed, {0 if passed else 1} failed",
                        "isInline": True,
                    }
                ],
            )
        )


def add_tide_answers(stage: Stage, seed: int) -> None:
    """Let TideBot answer the slash command /tide, about twice a week."""
    rng = random.Random(f"{seed} tide")
    asking = {
        "bruno": "Porto",
        "emil": "Visby",
        "ingrid": "Bergen",
        "noor": "Alexandria",
        "kaarel": "Tallinn",
        "pia": "Rostock",
        "rafael": "Valparaíso",
    }
    for day in range(1, DAYS):
        date = FIRST_DAY + timedelta(days=day)
        known = [key for key in asking if date >= datetime.fromisoformat(_KEEPERS[key][2])]
        if rng.random() > 0.28:
            continue
        who = known[int(rng.random() * len(known))]
        at = milliseconds(date + timedelta(hours=8 + 12 * rng.random()))
        clock = f"{int(rng.random() * 24):02d}:{int(rng.random() * 60):02d}"
        text = f"Next high water at {asking[who]}: {clock}, about {int(chance(rng, 5, 60))} cm"
        message = stage.post("stations", PEOPLE["tidebot"], at, text, rng, "20")
        message.interaction = (snowflake(at - 700, int(rng.random() * 2**22)), "tide", PEOPLE[who])


def add_reminders(stage: Stage, seed: int) -> None:
    """Let the Harbourmaster announce each open evening at noon."""
    rng = random.Random(f"{seed} reminders")
    for day in range(DAYS):
        date = FIRST_DAY + timedelta(days=day)
        if date.weekday() in (1, 3) and day > 1:
            at = milliseconds(date + timedelta(hours=12)) + int(chance(rng, 200, 2000))
            notice = stage.post("open-evenings", PEOPLE["harbourmaster"], at, "🔔 Open evening today, 17 to 20.", rng)
            if day >= DAYS - 7:
                # Programs are reacted to, edit and mention as well; none of that counts as people's.
                notice.text = f"🔔 Open evening today, 17 to 20. The key has <@{PEOPLE['saga'].id}>."
                notice.mentions = [PEOPLE["saga"]]
                notice.edited_ms = at + 240_000
                notice.reactions.append(("👍", [PEOPLE["aino"], PEOPLE["saga"]], 2))
