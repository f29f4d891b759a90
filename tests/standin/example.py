"""The world behind `example_document.json`, in which every key of the format occurs once (all invented)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from standin.instants import Instant
from standin.world import World, emoji_facts
from standin.writing import write_export

GUILD, CHANNEL = 812345678901234561, 812345678901234571
REPLY, COMMAND, FORWARD = 1214501535875072001, 1214502666240000004, 1214505467615641602
MIRA, OTTO, DEWBOT = 300000000000000001, 300000000000000002, 300000000000000009
AFTER = "2024-03-05T00:00:00+00:00"
EXPORTED_AT = "2024-03-06T07:00:01.2345678+00:00"
_PROXY = "https://images-ext-1.discordapp.net/external"
_DEWDROP = emoji_facts("a:dewdrop:400000000000000007")


def _picture(letter: str, width: int, height: int) -> dict:
    file = {"t": "t", "x": "a"}[letter]
    url = f"https://moss.example/{file}.png"
    return {"url": url, "proxy": f"{_PROXY}/{letter}/https/moss.example/{file}.png", "width": width, "height": height}


_EMBED = {
    "title": "Moss care",
    "url": "https://moss.example/care",
    "timestamp": "2024-03-05T08:00:00+00:00",
    "description": "Keep it damp <a:dewdrop:400000000000000007>",
    "color": "#00AAFF",
    "author": {
        "name": "Moss Weekly",
        "url": "https://moss.example",
        "icon": "https://moss.example/i.png",
        "proxy_icon": f"{_PROXY}/y/https/moss.example/i.png",
    },
    "thumbnail": _picture("t", 80, 80),
    "images": [_picture("x", 640, 360)],
    "video": {"url": "https://moss.example/v.mp4", "width": 640, "height": None},
    "footer": {"text": "issue 7", "icon": "https://moss.example/f.png"},
    "fields": [{"name": "Light", "value": "shade", "inline": True}],
}


def example_world() -> World:
    """Return the world; its clock stands at the moment of the export."""
    world = World(now=EXPORTED_AT)
    world.add_guild("Fern & Moss Club", guild_id=GUILD, icon="cc33")
    gardeners = world.add_role(GUILD, "Gardeners", color="#2ECC71", position=4, role_id=812345678901234580)
    world.add_user("mira.fern", user_id=MIRA)
    world.add_user("otto_k", user_id=OTTO, avatar="bb22")
    world.add_user("dewbot", user_id=DEWBOT, bot=True, default_avatar=3)
    world.add_member(GUILD, MIRA, nick="Mira", avatar="aa11", roles=[gardeners])
    world.add_member(GUILD, OTTO, nick="Otto")
    growing = world.add_channel(GUILD, "Growing", kind=4, channel_id=812345678901234570)
    world.add_channel(GUILD, "\U0001f33f\u00a0tips", parent=growing, channel_id=CHANNEL, icon="dd44")
    world.post(
        CHANNEL,
        MIRA,
        '<@300000000000000002> "rain water" only… \U0001f331 <b>ok</b>',
        message_id=REPLY,
        kind=19,
        edited="2024-03-05T09:18:00.123456+00:00",
        pinned=True,
        attachments=[
            {
                "id": 1214501535875072003,
                "url": f"https://cdn.discordapp.com/attachments/{CHANNEL}/5/jar.png?ex=1&is=2&hm=3&",
                "name": "jar.png",
                "size": 20481,
            }
        ],
        embeds=[_EMBED],
        stickers=[{"id": 500000000000000001, "name": "wave", "format": 2}],
        reactions=[{"emoji": _DEWDROP, "count": 2, "users": [OTTO]}],
        reference={"type": 0, "message": 1214501164851134464, "channel": CHANNEL, "guild": GUILD},
    )
    slash = {"id": 1214502666240000011, "name": "water", "user": MIRA}
    world.post(CHANNEL, DEWBOT, "Watered 3 plants.", message_id=COMMAND, kind=20, interaction=slash)
    world.post(
        CHANNEL,
        OTTO,
        message_id=FORWARD,
        reference={"type": 1, "message": 1100000000000000001, "channel": 1100000000000000000},
        forwarded={"timestamp": "2024-03-01T10:00:00+00:00", "content": "Seed swap on Sunday"},
    )
    return world


def small_world(content: str = "hello", *, at: Instant | None = None, **facts: Any) -> tuple[World, int]:
    """Return a world of one person who posted one message, and its channel."""
    world = World(now="2026-03-02T12:00:00+00:00")
    guild = world.add_guild("Fern & Moss Club")
    mira = world.add_user("mira.fern", global_name="Mira")
    world.add_member(guild, mira)
    channel = world.add_channel(guild, "tips", channel_id=world.next_id("2025-03-01T00:00:00+00:00"))
    world.post(channel, mira, content, at=at, **facts)
    return world, channel


def export_document(path: Path, *, world: World | None = None, channel: int = CHANNEL, **options: Any) -> Any:
    """Export a channel, by default the example's, with options of `write_export`, and return the parsed document."""
    return json.loads(write_export(world or example_world(), channel, path=path, **options).read_bytes())
