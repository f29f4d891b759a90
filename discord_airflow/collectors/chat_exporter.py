"""
DiscordChatExporter's command line: what to type for which version, and how to read its listings.

Nothing runs here. The options and the release each came with are those of the exporter's own command classes; the token
never appears in a command, it travels in the environment.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from discord_airflow.snowflake import parse_snowflake

PROGRAM = "DiscordChatExporter.Cli"
TOKEN_VARIABLE = "DISCORD_TOKEN"  # noqa: S105 - the name of a variable, not a secret

# What the exporter has no business with. Everything else is passed on: proxies, certificates, .NET's own switches.
_OUR_SECRETS = ("DB_", "PG", "OLLAMA_", "AIRFLOW_", "AIRFLOW__", "DISCORD_")


@dataclass(frozen=True, order=True, slots=True)
class Version:
    """A release of the exporter, e.g. 2.47 or 2.42.8."""

    major: int
    minor: int
    patch: int = 0

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}" if self.patch else f"{self.major}.{self.minor}"


OLDEST = Version(2, 26)
"""The first release that takes message ids for --after and --before; before it no window is exact."""

_KIND_OF_TOKEN_BY_ITSELF = Version(2, 32)
_MARKDOWN_SWITCH = Version(2, 38)
_UTC_SWITCH = Version(2, 41)
_THREAD_LISTING = Version(2, 41)
_ADVISORY_LIMITS = Version(2, 45)
_EMPTY_IS_A_WARNING = Version(2, 45)


@dataclass(frozen=True, slots=True)
class Exporter:
    """The program as found on this machine."""

    path: Path
    version: Version

    @property
    def warns_of_empty_channels(self) -> bool:
        """True when nothing to export is a warning and a file without messages; before, an error and no file."""
        return self.version >= _EMPTY_IS_A_WARNING

    @property
    def lists_threads(self) -> bool:
        """True when `channels` can list threads."""
        return self.version >= _THREAD_LISTING


@dataclass(frozen=True, slots=True)
class IdRange:
    """The messages with ``after < id < before``; both ends are exclusive, as the exporter means them."""

    after: int
    before: int


@dataclass(frozen=True, slots=True)
class ListedChannel:
    """One line of the exporter's listing, which does not tell a forum or a voice channel from a text channel."""

    id: int
    name: str
    parent_id: int | None = None
    """The channel or forum of a thread."""
    is_archived: bool = False

    @property
    def is_thread(self) -> bool:
        """True for threads and forum posts."""
        return self.parent_id is not None


def parse_version(output: str) -> Version | None:
    """Return the version that `--version` printed (``v2.47.0``), or None when the output is something else."""
    found = re.match(r"v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?", output.strip())
    if found is None:
        return None
    return Version(int(found[1]), int(found[2]), int(found[3] or 0))


def version_command(path: Path) -> tuple[str, ...]:
    """Return the command that prints the version; it needs neither token nor network."""
    return (str(path), "--version")


def list_command(exporter: Exporter, guild_id: int, *, threads: str) -> tuple[str, ...]:
    """Return the command that lists a guild's channels; *threads* is none, active or all."""
    with_threads = ("--include-threads", threads) if exporter.lists_threads and threads != "none" else ()
    limits = _respect_limits(exporter, respect=True)
    return (str(exporter.path), "channels", "--guild", str(guild_id), *with_threads, *limits)


def export_command(
    exporter: Exporter, channel_id: int, window: IdRange, target: Path, *, respect_rate_limits: bool = True
) -> tuple[str, ...]:
    """
    Return the command that exports one channel or thread into the file *target*.

    Ids and never dates: a date would be read in the machine's own zone and order of day and month. A thread is exported
    by its own id in a process of its own: the exporter's error lists name channels by a path that is not unique.
    """
    after = ("--after", str(window.after)) if window.after > 0 else ()
    raw_text = ("--markdown", "false") if exporter.version >= _MARKDOWN_SWITCH else ()
    utc = ("--utc", "true") if exporter.version >= _UTC_SWITCH else ()
    return (
        *(str(exporter.path), "export", "--channel", str(channel_id), "--format", "Json"),
        *("--output", str(target), *after, "--before", str(window.before)),
        *raw_text,
        *utc,
        *_respect_limits(exporter, respect=respect_rate_limits),
    )


def child_environment(exporter: Exporter, parent: Mapping[str, str], token: str, kind: str) -> dict[str, str]:
    """
    Return the environment of the exporter: the parent's without our own secrets, the token, and plain output.

    *kind* is bot, personal or auto. Releases before 2.32 do not find out by themselves whether a token is a bot's.
    """
    environment = {name: value for name, value in parent.items() if not name.startswith(_OUR_SECRETS)}
    if kind == "bot" and exporter.version < _KIND_OF_TOKEN_BY_ITSELF:
        environment["DISCORD_TOKEN_BOT"] = "true"  # noqa: S105 - a switch
    return environment | {
        TOKEN_VARIABLE: token.strip(),
        "FUCK_RUSSIA": "1",  # the exporter's own switch for leaving out its banner
        "TZ": "UTC",
        "TERM": "dumb",
        "NO_COLOR": "1",
    }


def parse_channel_listing(output: str) -> tuple[list[ListedChannel], list[str]]:
    """
    Return the channels and threads of a listing, in its order, and the lines that are none.

    ``<id> | <Parent / Name>``, and for a thread of the channel above it `` * <id> | Thread / <name> | Active``. Names
    may hold the separator: the id ends at the first one, the status of a thread begins after the last.
    """
    channels: list[ListedChannel] = []
    strange: list[str] = []
    parent: int | None = None
    for line in output.splitlines():
        if not line.strip():
            continue
        is_thread = line.startswith(" * ")
        number, _, name = line.removeprefix(" * ").partition(" | ")
        try:
            channel_id = parse_snowflake(number.strip())
        except ValueError:
            strange.append(line)
            continue
        if is_thread:
            name, _, status = name.rpartition(" | ")
            channels.append(ListedChannel(channel_id, name.removeprefix("Thread / "), parent, status == "Archived"))
        else:
            parent = channel_id
            channels.append(ListedChannel(channel_id, name))
    return channels, strange


def _respect_limits(exporter: Exporter, *, respect: bool) -> tuple[str, ...]:
    if exporter.version < _ADVISORY_LIMITS:
        return ()
    return ("--respect-rate-limits", "true" if respect else "false")
