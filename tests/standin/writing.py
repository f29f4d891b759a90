"""Writes an export of a synthetic channel without starting the program: for tests of whatever reads exports."""

from __future__ import annotations

from pathlib import Path

from standin.atlas import Atlas
from standin.channel_export import ChannelExport, Plan
from standin.faults import Fault, Faults
from standin.instants import Instant, parse_boundary, snowflake_at, ticks_of
from standin.naming import NO_LIMIT, Naming, parse_limit
from standin.options import ExportOptions
from standin.pauses import Pauses
from standin.server import Server
from standin.versions import parse_version

_READER = "the writer of files sees everything"
Boundary = int | str


def write_export(
    world: Atlas,
    channel_id: int,
    *,
    path: Path | str,
    version: str = "2.47",
    utc: bool = True,
    newline: str = "\n",
    after: Boundary | None = None,
    before: Boundary | None = None,
    markdown: bool = False,
    reverse: bool = False,
    partition: str | None = None,
    media: bool = False,
    at: Instant | None = None,
    exported_at: Instant | None = None,
    faults: list[Fault] | None = None,
) -> Path:
    """
    Export a channel to *path* byte for byte as that release would, and return the path.

    *after* and *before* are ids or what --after takes; *at* is the moment the world is looked at (default: its
    clock), *exported_at* what the file says (default: the same). Raises `standin.failures.DotNetError` where the
    program would list an error or end; what is in the file by then stays.
    """
    release, clock = parse_version(version), at if at is not None else world.now
    if clock is None:
        raise ValueError("this world has no clock: pass at=..., or make it with World(now=...)")
    now = ticks_of(clock)
    written = now if exported_at is None else ticks_of(exported_at)
    seen = Atlas(
        now=now, users=list(world.users.values()), guilds=list(world.guilds.values()),
        channels=list(world.channels.values()),
    )  # fmt: skip
    seen.add_token(_READER, kind="user")
    server = Server(seen, _READER, release, now=now, faults=Faults(faults or [], "export", None), pauses=Pauses())
    options = ExportOptions(
        output=str(path),
        file_format="Json",
        after=_bound(after),
        before=_bound(before),
        partition=parse_limit(partition) if partition else NO_LIMIT,
        reverse=reverse,
        markdown=markdown or release < (2, 38, 0),
        media=media,
        utc=utc,
        newline=newline,
    )
    naming = Naming(str(path), "Json", release, "", options.after, options.before)
    plan = Plan(server, options, naming, lambda: written, lambda *_: None, lambda: None)
    ChannelExport(plan, server.channel(channel_id)).run()
    return Path(naming.path_for(server.guild(world.channels[channel_id]["guild"]), server.channel(channel_id)))


def _bound(value: Boundary | None) -> int | None:
    return parse_boundary(value) if isinstance(value, str) else value


def id_at(instant: Instant) -> int:
    """Return the smallest id of an instant, as a value for --after or --before."""
    return snowflake_at(ticks_of(instant))
