"""The two servers of the sample, with their channels, threads and forum posts."""

from __future__ import annotations

from dataclasses import dataclass

from cast import HARBOUR, TIDEWATCH
from clock import id_made_on


@dataclass(frozen=True)
class Parent:
    """A category, or the channel or forum that a thread belongs to."""

    id: str
    name: str


@dataclass(frozen=True)
class Channel:
    """A channel with a file of its own. *key* is its name in the dialogue files, without the "#"."""

    server: str
    key: str
    type: str
    name: str
    parent: Parent | None = None
    topic: str | None = None
    fixed_id: str | None = None
    made_on: str | None = None

    @property
    def id(self) -> str:
        return self.fixed_id or id_made_on(
            self.made_on or SERVERS[self.server].made_on, f"channel {self.server}/{self.key}"
        )


@dataclass(frozen=True)
class Server:
    """A server with its own emoji (name: animated)."""

    key: str
    name: str
    made_on: str
    emoji: dict[str, bool]
    welcome: str = "welcome"

    @property
    def id(self) -> str:
        return id_made_on(self.made_on, f"server {self.key}")

    def emoji_id(self, name: str) -> str:
        return id_made_on(self.made_on, f"emoji {name}")


SERVERS = {
    HARBOUR: Server(HARBOUR, "Harbour Makers", "2023-03-01", {"fixed": False}),
    TIDEWATCH: Server(TIDEWATCH, "Tidewatch", "2023-05-20", {"gull": True, "yellowpole": False}),
}

# Threads that began with a message: key, and the title is in the dialogue.
THREADS_ON_MESSAGES = {
    HARBOUR: {"Espresso machine stuck at 4 bar": "thread:espresso"},
    TIDEWATCH: {"2.1 release checklist": "thread:checklist"},
}


def _category(server: str, name: str) -> Parent:
    return Parent(id_made_on(SERVERS[server].made_on, f"category {server}/{name}"), name)


def _channels() -> list[Channel]:
    quay, bench, lounge = (_category(HARBOUR, name) for name in ("Quay", "Workshop", "Lounge"))
    project, sea, world = (_category(TIDEWATCH, name) for name in ("Project", "At sea", "World"))
    text, news = "GuildTextChat", "GuildNews"
    tongues = "日本語 · العربية · 中文 · 한국어 · Português · Deutsch"
    rows = (
        (HARBOUR, "announcements", news, quay, "What everybody should know. Few words."),
        (HARBOUR, "welcome", text, quay, "Say hello, read the pins."),
        (HARBOUR, "general", text, lounge, "The long table."),
        (HARBOUR, "suomeksi", text, lounge, "Sama suomeksi"),
        (HARBOUR, "repair-help", text, bench, "A photo, what it does, what it should do."),
        (HARBOUR, "projects", text, bench, "Show it while it still works."),
        (HARBOUR, "bikes-and-boats", text, bench, None),
        (HARBOUR, "open-evenings", text, bench, "Tuesday and Thursday, 17 to 20"),
        (TIDEWATCH, "announcements", news, project, "Releases and storms"),
        (TIDEWATCH, "welcome", text, project, None),
        (TIDEWATCH, "general", text, project, "Everything that floats"),
        (TIDEWATCH, "firmware", text, project, "Code, boards, modems"),
        (TIDEWATCH, "docs", text, project, "Manual and translations"),
        (TIDEWATCH, "builds", text, project, "What the machines say"),
        (TIDEWATCH, "stations", text, sea, "Readings, by hand and by heart"),
        (TIDEWATCH, "first-steps", text, sea, "No question is too small."),
        (TIDEWATCH, "international", text, world, tongues),
    )
    market = Channel(HARBOUR, "market", text, "market", lounge, "Nobody has sold anything yet.", None, "2026-11-19")
    return [
        *(Channel(server, name, kind, name, parent, topic) for server, name, kind, parent, topic in rows),
        market,
    ]


CHANNELS = _channels()


def _forum(server: str, name: str) -> Parent:
    return Parent(id_made_on(SERVERS[server].made_on, f"forum {server}/{name}"), name)


def _under(server: str, key: str) -> Parent:
    channel = next(channel for channel in CHANNELS if (channel.server, channel.key) == (server, key))
    return Parent(channel.id, channel.name)


# Threads and posts: key → type, title, parent. Their ids follow from the message they began with.
THREADS: dict[tuple[str, str], tuple[str, str, Parent]] = {
    (HARBOUR, "thread:espresso"): (
        "GuildPublicThread", "Espresso machine stuck at 4 bar", _under(HARBOUR, "repair-help")),
    (HARBOUR, "thread:rota"): ("GuildPrivateThread", "Rota for Repair Saturday", _under(HARBOUR, "general")),
    (TIDEWATCH, "thread:checklist"): (
        "GuildPublicThread", "2.1 release checklist", _under(TIDEWATCH, "firmware")),
    (TIDEWATCH, "thread:storm-pictures"): (
        "GuildPublicThread", "Storm pictures", _under(TIDEWATCH, "general")),
} | {
    (server, f"post:{key}"): ("GuildPublicThread", title, _forum(server, forum))
    for server, forum, key, title in (
        (HARBOUR, "parts-exchange", "cells", "40 tested cells from an e-bike battery"),
        (HARBOUR, "parts-exchange", "belt", "Looking for a treadle belt, 185 cm"),
        (HARBOUR, "parts-exchange", "pakkanen", "Kestääkö tämä pakkasta?"),
        (HARBOUR, "parts-exchange", "resistors", "A box of resistors, almost sorted"),
        (TIDEWATCH, "help-desk", "sleep", "Sleep current of 2 mA"),
        (TIDEWATCH, "help-desk", "gap", "A gap every night at 3"),
        (TIDEWATCH, "help-desk", "cap", "Колпачок датчика треснул"),
        (TIDEWATCH, "help-desk", "hub", "Two stations, one modem"),
    )
}  # fmt: skip
