"""What each command does, from its bound options on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from standin.console import Console
from standin.export_run import ExportRun, full_path
from standin.kinds import CATEGORY, FORUM, VOICES
from standin.listings import list_channels, list_conversations, list_guilds
from standin.options import ExportOptions
from standin.server import Server, path_name
from standin.texts import BANNER
from standin.timeline import Facts

Values = dict[str, Any]

_GUIDE = """This is the stand-in for DiscordChatExporter; the real program explains here how tokens and ids are found.
A token is given with --token or in DISCORD_TOKEN; `guilds`, `channels` and `dm` list ids."""


class Commands:
    """The commands over one server; *values* are those of the command line."""

    def __init__(self, server: Server, console: Console, values: Values, **run: Any) -> None:
        self._server = server
        self._console = console
        self._values = values
        self._run = run  # what an ExportRun needs besides: exported_at, today, every_mark, newline

    def execute(self, name: str) -> None:
        """Do what the command named *name* does."""
        table: dict[str, Callable[[], None]] = {
            "channels": self._channels,
            "dm": lambda: list_conversations(self._server, self._console),
            "export": self._export,
            "exportall": self._export_all,
            "exportdm": self._export_conversations,
            "exportguild": self._export_guild,
            "guide": lambda: self._console.out(_GUIDE),
            "guilds": lambda: list_guilds(self._server, self._console),
        }
        hidden = self._values.get("fuck-russia", True)
        if name.startswith("export") and not hidden and self._server.version >= (2, 37, 1):
            self._console.out(BANNER)
        table[name]()

    def _channels(self) -> None:
        values = self._values
        list_channels(
            self._server,
            self._console,
            guild=values["guild"],
            voice=values.get("include-vc", True),
            threads=values.get("include-threads", "none"),
        )

    def _export(self) -> None:
        self._console.out("Resolving channel(s)...")
        channels: list[Facts] = []
        for key in self._values["channel"]:
            channel = self._server.channel(key)
            if channel["type"] == CATEGORY and self._server.version >= (2, 38, 0):
                inside = self._server.channels(channel["guild"])
                channels += [c for c in inside if c["parent"] and c["parent"]["id"] == channel["id"]]
            else:
                channels.append(channel)
        self._export_with_threads(channels)

    def _export_guild(self) -> None:
        self._console.out("Fetching channels...")
        channels = self._guild_channels(self._values["guild"])
        self._console.out(f"Fetched {len(channels)} channel(s).")
        self._export_with_threads(channels)

    def _export_conversations(self) -> None:
        self._console.out("Fetching channels...")
        self._export_channels(self._server.conversations())

    def _export_all(self) -> None:
        channels: list[Facts] = []
        if self._values["data-package"]:
            channels += self._packaged_channels(self._values["data-package"])
        else:
            if self._values["include-dm"]:
                channels += self._server.conversations()
            for guild in self._server.guilds() if self._values["include-guilds"] else []:
                self._console.out(f"Fetching channels for server '{guild['name']}'...")
                found = self._guild_channels(guild["id"])
                self._console.out(f"Fetched {len(found)} channel(s).")
                channels += found
        self._export_with_threads(channels)

    def _packaged_channels(self, path: str) -> list[Facts]:
        """Return the channels named in a data package that the token can still see."""
        import zipfile  # this command's alone, and slow to import

        with zipfile.ZipFile(path) as package, package.open("messages/index.json") as index:
            keys = [int(key) for key in json.load(index)]
        return [self._server.channel(key) for key in keys if self._server.present_channel(key)]

    def _guild_channels(self, guild: int) -> list[Facts]:
        voice = self._values.get("include-vc", True)
        channels = (c for c in self._server.channels(guild) if c["type"] != CATEGORY)
        return [channel for channel in channels if voice or channel["type"] not in VOICES]

    def _export_with_threads(self, channels: list[Facts]) -> None:
        """Add the threads that were asked for; forums, whose threads they are, then fall away."""
        mode = self._values.get("include-threads", "none")
        if mode == "none":
            self._export_channels(channels)
            return
        self._console.out("Fetching threads...")
        after, before = self._values["after"], self._values["before"]
        threads: list[Facts] = []
        for guild in dict.fromkeys(channel["guild"] for channel in channels if channel["guild"]):
            found = self._server.threads(guild, archived=mode == "all", after=after, before=before)
            wanted = {channel["id"] for channel in channels}
            threads += [thread for thread in found if thread["parent"]["id"] in wanted]
        if threads:
            self._console.out(f"Fetched '{path_name(threads[-1])}'.")
        self._console.out(f"Fetched {len(threads)} thread(s).")
        self._export_channels([c for c in channels if c["type"] != FORUM] + threads)

    def _export_channels(self, channels: list[Facts]) -> None:
        values, run = self._values, dict(self._run)
        options = ExportOptions(
            output=full_path(values["output"] or os.getcwd()),  # noqa: PTH109 - paths are .NET's text
            file_format=values["format"],
            after=values["after"],
            before=values["before"],
            partition=values["partition"],
            matches=values.get("filter"),
            reverse=values.get("reverse", False),
            markdown=values.get("markdown", True),
            media=values.get("media", False),
            reuse_media=values.get("reuse-media", False),
            media_dir=full_path(values["media-dir"]) if values.get("media-dir") else None,
            utc=values.get("utc", False),
            newline=run.pop("newline"),
        )
        ExportRun(self._server, options, self._console, **run).run(channels)
