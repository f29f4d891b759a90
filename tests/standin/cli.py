"""The program: reads its settings from the environment, understands the command line, ends with 0 or 1."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence

from standin.arguments import CommandLine, bind, split_command_line
from standin.atlas import Atlas
from standin.commands import Commands, Values
from standin.console import Console
from standin.failures import CommandError, DotNetError, UsageError, error_block
from standin.faults import Faults
from standin.help import help_text
from standin.instants import TICKS, local_date, ticks_of
from standin.journal import Journal
from standin.pauses import Pauses
from standin.progress import wants_colour
from standin.server import Server
from standin.texts import BOT_OPTION, REDIRECTED
from standin.versions import HEAD, Version, parse_version, version_text

_NO_ICU = (
    "Process terminated. Couldn't find a valid ICU package installed on the system. Please install libicu "
    "using your package manager and try again."
)
_FAR_FUTURE = 2**62
_DRIP_SECONDS = 0.02
_MISUSED = 70  # the stand-in itself was set up wrongly; the real program never ends so


def main(argv: Sequence[str]) -> int:
    """Run the program and return its exit code."""
    environment = os.environ
    console = Console()
    journal = Journal(environment.get("STANDIN_LOG"))
    try:
        version = parse_version(environment.get("STANDIN_VERSION", "") or "{}.{}.{}".format(*HEAD))
        line = split_command_line(argv, version)
        world_path = environment.get("STANDIN_WORLD")
        tally = f"{world_path}.played" if world_path else None
        faults = Faults(json.loads(environment.get("STANDIN_FAULTS") or "[]"), line.command or "", tally)
    except ValueError as error:
        console.err(f"stand-in: {error}")
        return _MISUSED
    journal.begin(argv, version_text(version))
    if version < (2, 46, 1):
        signal.signal(signal.SIGTERM, lambda _number, _frame: os._exit(143))
    program = _Program(console, version, faults, line)
    code = program.run()
    journal.end(code, program.requests())
    return code


class _Program:
    def __init__(self, console: Console, version: Version, faults: Faults, line: CommandLine) -> None:
        self._console = console
        self._version = version
        self._faults = faults
        self._line = line
        self._server: Server | None = None

    def requests(self) -> int:
        return self._server.requests if self._server else 0

    def run(self) -> int:
        _play_start(self._faults, self._console)
        drip = self._faults.find("drip-output")
        if drip:
            self._console.drip = float(drip.get("seconds", _DRIP_SECONDS))
        try:
            code = self._execute()
        except UsageError as error:
            self._console.err(str(error))
            self._console.out()
            self._console.out(help_text(self._line.command, self._version).rstrip("\n"))
            code = 1
        except CommandError as error:
            self._console.err(str(error))
            code = 1
        except DotNetError as error:
            self._console.err(error_block(error).rstrip("\n"))
            code = 1
        ending = self._faults.find("exit")
        if ending:
            if ending.get("stderr"):
                self._console.err(ending["stderr"])
            code = int(ending.get("code", 1))
        return code

    def _execute(self) -> int:
        line, console = self._line, self._console
        if line.has("help", "h") or (line.command is None and not line.options and not line.parameters):
            console.out(help_text(line.command, self._version).rstrip("\n"))
            return 0
        if line.command is None and line.has("version"):
            console.out(version_text(self._version))
            return 0
        values = bind(line, os.environ, self._version)
        if line.command is None:
            return 0
        if values.get("bot") and self._version >= (2, 32, 0):
            console.err(BOT_OPTION)
        if os.environ.get("DOTNET_RUNNING_IN_CONTAINER") == "true" and not sys.stdout.isatty():
            console.err(REDIRECTED)
        commands = self._make_commands(values)
        commands.execute(line.command)
        return 0

    def _make_commands(self, values: Values) -> Commands:
        world = _load_world()
        clock = os.environ.get("STANDIN_NOW") or world.now
        now = ticks_of(clock) if clock else _FAR_FUTURE
        pauses = Pauses(float(os.environ.get("STANDIN_HEARTBEAT") or 30))
        if (self._line.command or "").startswith("export"):
            pauses.listen()
        server = Server(world, values.get("token") or "", self._version, now=now, faults=self._faults, pauses=pauses)
        self._server = server
        leak = self._faults.find("leak-token")
        if leak:
            self._console.err(f"GET https://discord.com/api/v10/users/@me\nAuthorization: {values['token']}")
        lag = round(float(os.environ.get("STANDIN_LAG") or 0) * TICKS)
        exported_at = _clock(now + lag if clock else None)
        return Commands(
            server,
            self._console,
            values,
            exported_at=exported_at,
            today=local_date(exported_at()),
            every_mark=os.environ.get("STANDIN_PROGRESS") == "all",
            colour=wants_colour(os.environ),
            newline="\r\n" if os.environ.get("STANDIN_NEWLINE") == "crlf" else "\n",
        )


def _clock(ticks: int | None) -> Callable[[], int]:
    """Return the clock of `exportedAt`: the world's, or the machine's if the world has none."""
    return (lambda: time.time_ns() // 100) if ticks is None else (lambda: ticks)


def _load_world() -> Atlas:
    path = os.environ.get("STANDIN_WORLD")
    if path:
        return Atlas.load(path)
    from standin.population import populate  # only for a stand-in that is tried by hand

    return populate(int(os.environ.get("STANDIN_SEED", "1")))


def _play_start(faults: Faults, console: Console) -> None:
    """Play what strikes before the program proper."""
    crash = faults.find("no-icu")
    if crash:
        console.err(_NO_ICU)
        if "code" in crash:
            os._exit(int(crash["code"]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.kill(os.getpid(), signal.SIGABRT)
    flood = faults.find("huge-stderr")
    if flood:
        row = "warn: the stand-in has very much to say about nothing at all\n"
        console.err(row * (int(flood.get("bytes", 5_000_000)) // len(row)))
