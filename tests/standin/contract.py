#!/usr/bin/env python3
"""Compares a real DiscordChatExporter.Cli with the stand-in: same commands to both, differences in shape printed."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])  # in place of this folder, so nothing here hides a module
from standin.launching import EXECUTABLE  # noqa: E402
from standin.population import USER_TOKEN, populate  # noqa: E402

_EPILOG = """\
Offline checks (help, version, bad options) send nothing and need no token. With --online the program also asks
Discord: once with a token that is certainly wrong, and, if DISCORD_TOKEN is set, for the list of servers. With
--channel ID it exports "everything after the end of time" of that channel, which fetches no message.
The token is taken from DISCORD_TOKEN only, is handed on in the environment only, and is never printed.

Exit codes: 0 no differences, 1 differences, 64 usage, 69 the program cannot be started.

Example: python3 tests/standin/contract.py ~/dce/DiscordChatExporter.Cli --online
"""
_NOT_A_TOKEN = "this-is-not-a-token"
_END_OF_TIME = "9223372036854775807"
_TIMEOUT_SECONDS = 300

Shape = Callable[["Outcome"], list[str]]


@dataclass(frozen=True)
class Outcome:
    """What one call did."""

    code: int
    out: str
    err: str
    document: str = ""


@dataclass(frozen=True)
class Check:
    """One call made to both programs, and how its outcome is reduced to what must agree."""

    name: str
    argv: tuple[str, ...]
    shape: Shape
    online: bool = False
    token: str | None = _NOT_A_TOKEN  # None: the user's own for the real program


def exact_errors(outcome: Outcome) -> list[str]:
    """Everything on stderr, the exit code, and how stdout begins."""
    start = outcome.out.split("\n", 1)[0]
    return [f"exit {outcome.code}", f"stdout begins {start!r}", *outcome.err.splitlines()]


def named_options(outcome: Outcome) -> list[str]:
    """The options and commands that a help text names, not its words."""
    options = sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", outcome.out)))
    headings = [line for line in outcome.out.splitlines() if re.fullmatch(r"[A-Z]{4,}", line)]
    commands = sorted(set(re.findall(r"^  ([a-z]{2,12})(?= {2,})", outcome.out, re.MULTILINE)))
    return [f"exit {outcome.code}", f"stderr {outcome.err!r}", *headings, *options, *commands]


def version_line(outcome: Outcome) -> list[str]:
    """The version line."""
    return [f"exit {outcome.code}", *outcome.out.splitlines()]


def error_block(outcome: Outcome) -> list[str]:
    """The first lines of an ERROR block; stack lines only as a kind."""
    kinds = ["stack line" if line.lstrip().startswith("at ") else line for line in outcome.err.splitlines()]
    return [f"exit {outcome.code}", *dict.fromkeys(kinds)]


def listing(outcome: Outcome) -> list[str]:
    """The kinds of lines in a listing, without a name or an id."""
    kinds = {
        "pseudo server": r"0\s* \| Direct Messages",
        "line": r"\d{1,20}\s* \| .*",
        "thread": r" \* \d{1,20}\s* \| Thread / .* \| (Active|Archived)",
    }
    found = []
    for line in outcome.out.splitlines():
        found.append(next((kind for kind, pattern in kinds.items() if re.fullmatch(pattern, line)), "another line"))
    return [f"exit {outcome.code}", *dict.fromkeys(found)]


def empty_export(outcome: Outcome) -> list[str]:
    """The keys of an empty export, in order, its last lines, and the warning without its names."""
    keys = re.findall(r'^ +"(\w+)":', outcome.document, re.MULTILINE)
    warning = re.sub(r"'[^']*'", "'…'", outcome.err.split(": ", 1)[-1]).splitlines()
    return [f"exit {outcome.code}", *(k for k in keys if k != "iconUrl"), *outcome.document.splitlines()[-2:], *warning]


CHECKS = (
    Check("version", ("--version",), version_line),
    Check("no arguments", (), named_options),
    Check("help", ("--help",), named_options),
    *(
        Check(f"help of {command}", (command, "--help"), named_options)
        for command in ("export", "exportguild", "exportall", "exportdm", "channels", "guilds", "dm")
    ),
    Check("equals sign", ("export", "-c", "1", "--format=Json"), exact_errors),
    Check("unknown option", ("guilds", "--bogus"), exact_errors),
    Check("unknown letter", ("guilds", "-Zq"), exact_errors),
    Check("unexpected parameter", ("guilds", "extra"), exact_errors),
    Check("unknown command", ("exportt",), exact_errors),
    Check("missing channel", ("export",), exact_errors),
    Check("scalar twice", ("export", "-c", "1", "-f", "Json", "-f", "Csv"), exact_errors),
    Check("bad format", ("export", "-c", "1", "-f", "xml"), exact_errors),
    Check("bad bound", ("export", "-c", "1", "--after", "xyz"), exact_errors),
    Check("bad boolean", ("export", "-c", "1", "--media", "1"), exact_errors),
    Check("bad partition", ("export", "-c", "1", "-p", "10tb"), exact_errors),
    Check("wrong token", ("guilds",), error_block, online=True),
    Check("servers", ("guilds",), listing, online=True, token=None),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Compare and print; return the exit code."""
    options = _parser().parse_args(argv)
    token = os.environ.get("DISCORD_TOKEN")
    checks = [c for c in CHECKS if not c.online or (options.online and (c.token or token))]
    if options.channel and token:
        arguments = ("export", "-c", options.channel, "-f", "Json", "--after", _END_OF_TIME)
        checks.append(Check("empty export", arguments, empty_export, online=True, token=None))
    with tempfile.TemporaryDirectory(prefix="contract-") as folder:
        try:
            pair = Pair(options.program, Path(folder), token)
            differing = [check.name for check in checks if not pair.agree_on(check)]
        except OSError as error:
            sys.stderr.write(f"contract: {options.program} cannot be started: {error.strerror}\n")
            return 69
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"contract: {options.program} did not end within {_TIMEOUT_SECONDS} seconds\n")
            return 69
    sys.stdout.write(f"{len(checks) - len(differing)} of {len(checks)} checks agree with {pair.version}\n")
    return 1 if differing else 0


class Pair:
    """The real program and the stand-in, which plays the real one's release."""

    def __init__(self, program: Path, folder: Path, token: str | None) -> None:
        self._real = (str(program.expanduser().resolve()),)
        self._standin = (sys.executable, "-IS", str(EXECUTABLE))
        self._folder = folder
        self._token = token
        self.version = self._call(self._real, ("--version",), _NOT_A_TOKEN).out.strip()
        world = populate(1)
        self._channel = next(str(key) for key, c in world.channels.items() if c["type"] == 0 and c["messages"])
        self._world = world.save(folder / "world.json")

    def agree_on(self, check: Check) -> bool:
        """Make the call to both, print what differs."""
        real = check.shape(self._call(self._real, check.argv, check.token or self._token))
        argv = tuple(self._channel if place == 2 and check.name == "empty export" else a
                     for place, a in enumerate(check.argv))  # fmt: skip
        played = check.shape(self._call(self._standin, argv, check.token or USER_TOKEN))
        sys.stdout.write(f"{'same   ' if real == played else 'differs'} {check.name}\n")
        for line in real if real != played else ():
            if line not in played:
                sys.stdout.write(f"          only the real program: {self._masked(line)}\n")
        for line in played if real != played else ():
            if line not in real:
                sys.stdout.write(f"          only the stand-in:     {self._masked(line)}\n")
        return real == played

    def _masked(self, line: str) -> str:
        return line.replace(self._token, "***") if self._token else line

    def _call(self, program: tuple[str, ...], argv: tuple[str, ...], token: str | None) -> Outcome:
        """Run a program with the token in its environment, stdin closed, nothing else of ours but PATH and HOME."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
        settings = {"FUCK_RUSSIA": "1", "TZ": "UTC", "TERM": "dumb", "NO_COLOR": "1", "DISCORD_TOKEN": token or ""}
        if program == self._standin:
            settings |= {"STANDIN_VERSION": self.version.lstrip("v"), "STANDIN_WORLD": str(self._world)}
        target = self._folder / "out.json"
        target.unlink(missing_ok=True)
        output = ("-o", str(target)) if argv[:1] == ("export",) and _END_OF_TIME in argv else ()
        done = subprocess.run(
            (*program, *argv, *output), env=kept | settings, stdin=subprocess.DEVNULL, capture_output=True,
            encoding="utf-8", errors="replace", timeout=_TIMEOUT_SECONDS, check=False, cwd=self._folder,
        )  # fmt: skip
        document = target.read_text(encoding="utf-8") if target.exists() else ""
        return Outcome(done.returncode, done.stdout, done.stderr, document)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        self.print_usage(sys.stderr)
        sys.stderr.write(f"contract: {message}\n")
        sys.exit(64)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="contract.py", description=__doc__, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("program", type=Path, help="the real DiscordChatExporter.Cli")
    parser.add_argument("--online", action="store_true", help="also make the checks that ask Discord")
    parser.add_argument("--channel", metavar="ID", help="a channel to make an empty export of (needs DISCORD_TOKEN)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
