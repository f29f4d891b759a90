"""
Synthetic exports of any size in the exporter's exact layout, the same bytes for the same seed.

    python -m bench.generator out/big --messages 1000000
    python -m bench.generator out/small --messages 200000 --channels 1000 --guilds 4

A revision above 0 writes the *same* messages as a later export sees them: 1 % edited, reactions grown, 3 % of the
nicknames changed. Keep all other options equal between revisions.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_WORDS = """
    moss fern river lantern harbor pebble orchard violin saddle copper meadow thimble walnut anchor ribbon
    kettle sparrow linen quarry basil comet drizzle ember flint grove hazel iris jetty kelp larch mango nectar
    olive plume quartz reef talo metsä järvi lumi kesä syksy aamu кофе утро лес 森 川 山 こんにちは 안녕 مرحبا
    über straße façade
"""
WORDS = _WORDS.split()
EMOJIS = [("\U0001f44d", "thumbsup"), ("❤️", "heart"), ("\U0001f389", "tada"), ("\U0001f331", "seedling")]


@dataclass(frozen=True)
class Plan:
    """What to write; every figure follows from it and from the seed."""

    messages: int
    guilds: int = 1
    channels: int = 1
    users: int = 20_000
    weeks: int = 52
    end: datetime = field(default=datetime(2026, 11, 22, 7, tzinfo=UTC))
    seed: int = 1
    revision: int = 0
    days_later: int = 0  # when it was exported: the same messages in another file


def write_exports(directory: Path, plan: Plan) -> list[Path]:
    """Write one file for each channel of *plan* into *directory*; the messages are shared out evenly."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(plan.channels):
        path = directory / f"channel-{number:05d}-r{plan.revision}.json"
        count = plan.messages * (number + 1) // plan.channels - plan.messages * number // plan.channels
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(export_text(plan, number, count))
        paths.append(path)
    return paths


def export_text(plan: Plan, number: int, count: int) -> Iterator[str]:
    """Yield the document of channel *number* with *count* messages, piece by piece."""
    guild = 800_000_000_000_000_000 + number % plan.guilds
    channel = 810_000_000_000_000_000 + number
    exported = plan.end + timedelta(hours=1, days=7 * plan.revision + plan.days_later)
    header = {
        "guild": {"id": str(guild), "name": f"Guild {number % plan.guilds}", "iconUrl": "https://cdn.example/i.png"},
        "channel": {
            "id": str(channel),
            "type": "GuildTextChat",
            "categoryId": str(guild + 100),
            "category": "Talk",
            "name": f"channel-{number}",
            "topic": None,
        },
        "dateRange": {"after": None, "before": None},
        "exportedAt": exported.isoformat(),
    }
    yield json.dumps(header, indent=2, ensure_ascii=False)[:-2] + ',\n  "messages": ['
    separator = "\n    "
    for text in _messages(plan, number, count):
        yield separator + text
        separator = ",\n    "
    closing = "\n  ]" if count else "]"
    yield f'{closing},\n  "messageCount": {count}\n}}'


def _messages(plan: Plan, number: int, count: int) -> Iterator[str]:
    random_ = random.Random(f"{plan.seed}/{number}")
    changes = random.Random(f"{plan.seed}/{number}/{plan.revision}")
    span = timedelta(weeks=plan.weeks) // max(count, 1)
    began = plan.end - timedelta(weeks=plan.weeks)
    replied = 0
    for index in range(count):
        sent = began + span * index + timedelta(milliseconds=random_.randrange(1000))
        milliseconds = (sent - EPOCH) // timedelta(milliseconds=1)
        identity = (milliseconds << 22) | random_.randrange(1 << 20)
        yield _message(plan, random_, changes, identity, sent, replied)
        if random_.random() < 0.3 or not replied:
            replied = identity


def _message(
    plan: Plan, random_: random.Random, changes: random.Random, identity: int, sent: datetime, replied: int
) -> str:
    # All draws come first and in one order, so that a revision changes what it means to change and nothing else.
    draw, author = random_.random(), int(plan.users * random_.random() ** 3)
    words = random_.choices(WORDS, k=1 + int(30 * random_.random() ** 2))
    shape = random_.random()
    edited, grown = changes.random() < 0.01 and plan.revision > 0, plan.revision * (changes.random() < 0.1)
    content = " ".join(words) + ("\\n" + words[0] if shape < 0.1 else "") + (f" (v{plan.revision})" if edited else "")
    reply = replied and draw < 0.2
    mention = _user(plan, (author * 7 + 1) % plan.users, 8, roles=True) if reply else ""
    stamp = f"{sent:%Y-%m-%dT%H:%M:%S}" + (f".{sent.microsecond // 1000:03d}".rstrip("0") if sent.microsecond else "")
    return (
        f'{{\n      "id": "{identity}",\n      "type": "{"Reply" if reply else "Default"}",\n'
        f'      "timestamp": "{stamp.rstrip(".")}+00:00",\n'
        f'      "timestampEdited": {_edited(sent, plan.revision if edited else 0 if draw > 0.95 else None)},\n'
        f'      "callEndedTimestamp": null,\n      "isPinned": {"true" if draw > 0.999 else "false"},\n'
        f'      "content": "{content}",\n      "author": {_user(plan, author, 6, roles=True)},\n'
        f'      "attachments": {_attachments(random_, identity, shape)},\n'
        f'      "embeds": {_embeds(shape)},\n      "stickers": [],\n'
        f'      "reactions": {_reactions(plan, author, shape, grown)},\n'
        f'      "mentions": {f"[{chr(10)}        {mention}{chr(10)}      ]" if mention else "[]"},\n'
        + (_reference(replied) if reply else "")
        + f'      "inlineEmojis": {_inline_emojis(shape)}\n    }}'
    )


def _edited(sent: datetime, day: int | None) -> str:
    if day is None:
        return "null"
    return f'"{sent + timedelta(minutes=5, days=day):%Y-%m-%dT%H:%M:%S}.123456+00:00"'


def _reference(replied: int) -> str:
    return (
        f'      "reference": {{\n        "type": "Default",\n        "messageId": "{replied}",\n'
        f'        "channelId": "810000000000000000",\n        "guildId": "800000000000000000"\n      }},\n'
    )


@cache
def _user(plan: Plan, number: int, indent: int, *, roles: bool) -> str:
    renamed = plan.revision and number % 33 == plan.revision
    user = {
        "id": str(300_000_000_000_000_000 + number),
        "name": f"member{number}",
        "discriminator": "0000",
        "nickname": f"Member {number}" + (f" the {plan.revision}." if renamed else ""),
        "color": "#2ECC71" if number % 3 else None,
        "isBot": number % 50 == 49,
        "roles": [
            {"id": str(820_000_000_000_000_000 + role), "name": f"Role {role}", "color": "#2ECC71", "position": role}
            for role in range(number % 5, 0, -1)
        ],
        "avatarUrl": f"https://cdn.discordapp.com/avatars/{300 * 10**15 + number}/{number:032x}.png?size=512",
    }
    if not roles:
        del user["roles"]
    return _indented(user, indent)


@cache
def _emoji(number: int, indent: int) -> str:
    name, code = EMOJIS[number % len(EMOJIS)]
    url = f"https://emoji.example/{code}.svg"
    return _indented({"id": "", "name": name, "code": code, "isAnimated": False, "imageUrl": url}, indent)


def _indented(value: object, indent: int) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False).replace("\n", "\n" + " " * indent)
    # The exporter writes what lies above U+FFFF as a pair of escapes with upper-case digits.
    return "".join(
        f"\\u{0xD800 + (ord(c) - 0x10000 >> 10):04X}\\u{0xDC00 + (ord(c) & 0x3FF):04X}" if ord(c) > 0xFFFF else c
        for c in text
    )


def _attachments(random_: random.Random, identity: int, shape: float) -> str:
    if not 0.1 <= shape < 0.2:
        return "[]"
    url = f"https://cdn.discordapp.com/attachments/810000000000000000/{identity + 1}/photo.png?ex=6&is=6&hm=aa&"
    return (
        f'[\n        {{\n          "id": "{identity + 1}",\n          "url": "{url}",\n'
        '          "fileName": "photo.png",\n'
        f'          "fileSizeBytes": {random_.randrange(10**6)}\n        }}\n      ]'
    )


def _embeds(shape: float) -> str:
    if not 0.2 <= shape < 0.25:
        return "[]"
    embed = {
        "title": "A page about moss",
        "url": "https://moss.example/care",
        "timestamp": None,
        "description": "Keep it damp, keep it in the shade.",
        "thumbnail": {"url": "https://moss.example/t.png", "width": 80, "height": 80},
        "images": [],
        "fields": [],
        "inlineEmojis": [],
    }
    return f"[\n        {_indented(embed, 8)}\n      ]"


def _reactions(plan: Plan, author: int, shape: float, grown: int) -> str:
    if not (0.25 <= shape < 0.4 or grown):
        return "[]"
    texts = []
    for number in range(1 + author % 2):
        people = [
            _user(plan, (author + step * 13) % plan.users, 12, roles=False) for step in range(1 + author % 4 + grown)
        ]
        users = ",\n            ".join(people)
        texts.append(
            f'{{\n          "emoji": {_emoji(author + number, 10)},\n          "count": {len(people)},\n'
            f'          "users": [\n            {users}\n          ]\n        }}'
        )
    return "[\n        " + ",\n        ".join(texts) + "\n      ]"


def _inline_emojis(shape: float) -> str:
    return f"[\n        {_emoji(3, 8)}\n      ]" if 0.4 <= shape < 0.45 else "[]"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path, help="where the files go; made when missing")
    parser.add_argument("--messages", type=int, default=100_000, help="in all files together (default: %(default)s)")
    parser.add_argument("--guilds", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--channels", type=int, default=1, help="one file each (default: %(default)s)")
    parser.add_argument("--users", type=int, default=20_000, help="default: %(default)s")
    parser.add_argument("--weeks", type=int, default=52, help="span of the messages (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--revision", type=int, default=0, help="0 first export, 1 a later one (default: %(default)s)")
    options = vars(parser.parse_args(argv))
    paths = write_exports(options.pop("directory"), Plan(**options))
    print(f"{len(paths)} files, {sum(path.stat().st_size for path in paths) / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
