"""The commands and options of every release, with their values and their words in the help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from standin.instants import parse_boundary
from standin.naming import EXTENSIONS, NO_LIMIT, parse_limit
from standin.versions import Version

Convert = Callable[[str | None], Any]
_THREADS = ("None", "Active", "All")
_ALWAYS: Version = (2, 18, 0)


def _text(value: str | None) -> str | None:
    return value


def _flag(value: str | None) -> bool:
    """Read a boolean: bare is true, else true or false (not 1 or 0)."""
    if value is None or value.strip().lower() == "true":
        return True
    if value.strip().lower() == "false":
        return False
    raise ValueError(f"String '{value}' was not recognized as a valid Boolean.")


def _truthy(value: str | None) -> bool:
    """Read the one boolean that also takes 1 and nothing."""
    return value in {None, "", "1"} or _flag(value)


def _number(value: str | None) -> int:
    try:
        return int(value or "")
    except ValueError as error:
        raise ValueError(f"The input string '{value}' was not in a correct format.") from error


def _choice(value: str | None, names: tuple[str, ...]) -> str:
    """Read an enumeration: a name in any case, or its number."""
    if value is None:
        raise ValueError("Value cannot be null. (Parameter 'value')")
    text = value.strip()
    if text.isascii() and text.isdigit() and int(text) < len(names):
        return names[int(text)]
    for name in names:
        if name.lower() == text.lower():
            return name
    raise ValueError(f"Requested value '{value}' was not found.")


def _format(value: str | None) -> str:
    return _choice(value, tuple(EXTENSIONS))


def _threads(value: str | None) -> str:
    """Read --include-threads: bare or true is active, false is none."""
    if value is None or value.lower() == "true":
        return "active"
    return "none" if value.lower() == "false" else _choice(value, _THREADS).lower()


def _snowflake(value: str | None) -> int | None:
    return None if value is None else parse_boundary(value)


def _limit(value: str | None) -> Any:
    return NO_LIMIT if value is None else parse_limit(value)


def _filter(value: str | None) -> Any:
    if value is None:
        return None
    from standin.filters import parse_filter  # rarely asked for

    return parse_filter(value)


@dataclass(frozen=True)
class Option:
    """One option as a release knows it."""

    name: str
    convert: Convert = _text
    short: str = ""
    default: Any = None
    since: Version = _ALWAYS
    required: bool = False
    several: bool = False
    environment: str = ""
    help: str = ""

    @property
    def shown(self) -> str:
        """How the option is named in complaints and in the help."""
        return f"-{self.short}|--{self.name}" if self.short else f"--{self.name}"

    def is_called(self, name: str) -> bool:
        """Say whether *name* means this option: long names in any case, letters exactly."""
        return name == self.short if len(name) == 1 else name.lower() == self.name


@dataclass(frozen=True)
class Command:
    """One command with the options that only it has."""

    help: str
    options: tuple[Option, ...] = ()
    exports: bool = False
    since: Version = _ALWAYS
    needs_token: bool = True


_TOKEN = (
    Option("token", short="t", required=True, environment="DISCORD_TOKEN", help="User or bot token; required."),
    Option("bot", _flag, "b", False, environment="DISCORD_TOKEN_BOT", help="Without effect since 2.32."),
    Option("respect-rate-limits", _flag, default=True, since=(2, 45, 0), help="Obey advisory rate limits too."),
)
_EXPORT = (
    Option("output", short="o", help="File or directory; % templates are replaced."),
    Option("format", _format, "f", "HtmlDark", help=f"One of: {', '.join(EXTENSIONS)}."),
    Option("after", _snowflake, help="Only messages after this id or date."),
    Option("before", _snowflake, help="Only messages before this id or date."),
    Option("partition", _limit, "p", NO_LIMIT, help="Begin a new part after so many messages or bytes."),
    Option("filter", _filter, since=(2, 29, 0), help="Only messages that fit."),
    Option("parallel", _number, default=1, since=(2, 19, 0), help="Channels at once."),
    Option("reverse", _flag, default=False, since=(2, 47, 0), help="Newest messages first."),
    Option("markdown", _flag, default=True, since=(2, 38, 0), help="Replace mentions and emoji by names."),
    Option("media", _flag, default=False, since=(2, 21, 0), help="Download what messages refer to."),
    Option("reuse-media", _flag, default=False, since=(2, 24, 0), help="Keep media that are there already."),
    Option("media-dir", since=(2, 39, 0), help="Directory for media."),
    Option("dateformat", help="Without effect since 2.41."),
    Option("locale", since=(2, 41, 0), help="Culture of dates in texts."),
    Option("utc", _flag, default=False, since=(2, 41, 0), help="All times in UTC."),
    Option(
        "fuck-russia",
        _truthy,
        default=False,
        since=(2, 37, 1),
        environment="FUCK_RUSSIA",
        help="Do not print the box at the start.",
    ),
)
_GUILD = Option("guild", _snowflake, "g", required=True, help="Server id; required.")
_VOICE = Option("include-vc", _flag, default=True, since=(2, 40, 1), help="Voice channels too.")


def _threads_since(since: Version) -> Option:
    words = "Threads too: none, active or all."
    return Option("include-threads", _threads, default="none", since=since, help=words)


COMMANDS = {
    "channels": Command("Lists the channels of a server.", (_GUILD, _VOICE, _threads_since((2, 41, 0)))),
    "dm": Command("Lists the direct conversations."),
    "export": Command(
        "Exports one or several channels.",
        (
            Option(
                "channel",
                _snowflake,
                "c",
                [],
                required=True,
                several=True,
                help="Channel or category ids; required.",
            ),
            _threads_since((2, 46, 0)),
        ),
        exports=True,
    ),
    "exportall": Command(
        "Exports everything the token can see.",
        (
            Option("include-dm", _flag, default=True, help="Direct conversations too."),
            Option("include-guilds", _flag, default=True, help="Servers too."),
            _VOICE,
            _threads_since((2, 41, 0)),
            Option("data-package", help="Zip file of a personal data request."),
        ),
        exports=True,
        since=(2, 23, 0),
    ),
    "exportdm": Command("Exports all direct conversations.", exports=True),
    "exportguild": Command(
        "Exports all channels of a server.", (_GUILD, _VOICE, _threads_since((2, 41, 0))), exports=True
    ),
    "guide": Command("Says where tokens and ids are found.", needs_token=False),
    "guilds": Command("Lists the servers of the token."),
}


def options_of(command: str | None, version: Version) -> list[Option]:
    """Return the options of a command in a release; without a command there are none."""
    if command is None:
        return []
    entry = COMMANDS[command]
    options = (*entry.options, *(_TOKEN if entry.needs_token else ()), *(_EXPORT if entry.exports else ()))
    known = [option for option in options if version >= option.since]
    if version >= (2, 40, 0):
        return known
    return [o if o.name != "fuck-russia" else Option(o.name, o.convert, default=False, help=o.help) for o in known]
