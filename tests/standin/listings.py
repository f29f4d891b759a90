"""What `guilds`, `channels` and `dm` print."""

from __future__ import annotations

from standin.console import Console
from standin.faults import Faults
from standin.kinds import CATEGORY, VOICES
from standin.server import CONVERSATIONS, Server, path_name
from standin.timeline import Facts

_GARBAGE = "\x1b[2J<html><body>502 Bad Gateway</body></html>\n| |\nnot a listing at all \ufffd"


def list_guilds(server: Server, console: Console) -> None:
    """Print the servers; the pseudo server of conversations comes first."""
    guilds = [CONVERSATIONS, *sorted(server.guilds(), key=lambda guild: guild["name"])]
    if _print_garbage(server.faults, console):
        return
    width = _width(guilds)
    for guild in guilds:
        console.out(f"{guild['id']!s:<{width}} | {guild['name']}")


def list_channels(server: Server, console: Console, *, guild: int, voice: bool, threads: str) -> None:
    """Print a server's channels without their kinds, threads below their parents."""
    channels = [c for c in server.channels(guild) if c["type"] != CATEGORY and (voice or c["type"] not in VOICES)]
    children: list[Facts] = []
    if threads != "none":
        children = server.threads(guild, archived=threads == "all")
    if _print_garbage(server.faults, console):
        return
    channels.sort(key=lambda c: ((c["parent"] or {}).get("position", 0), c["name"]))
    width = _width(channels)
    for channel in channels:
        console.out(f"{channel['id']!s:<{width}} | {path_name(channel)}")
        own = sorted((t for t in children if t["parent"]["id"] == channel["id"]), key=lambda t: t["name"])
        own_width = _width(own)
        for thread in own:
            status = "Archived" if thread.get("archived") else "Active"
            console.out(f" * {thread['id']!s:<{own_width}} | Thread / {thread['name']} | {status}")


def list_conversations(server: Server, console: Console) -> None:
    """Print the direct conversations, newest first."""
    channels = sorted(server.conversations(), key=lambda c: c["last_message_id"] or 0, reverse=True)
    if _print_garbage(server.faults, console):
        return
    width = _width(channels)
    for channel in channels:
        console.out(f"{channel['id']!s:<{width}} | {channel['name']}")


def _width(entries: list[Facts]) -> int:
    return max((len(str(entry["id"])) for entry in entries), default=0)


def _print_garbage(faults: Faults, console: Console) -> bool:
    fault = faults.find("garbage-listing")
    if fault:
        console.out(fault.get("text", _GARBAGE))
    return fault is not None
