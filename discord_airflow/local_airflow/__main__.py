"""What the Makefile calls: ``python -m discord_airflow.local_airflow report|up|down``."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from discord_airflow.errors import DiscordAirflowError, UsageError
from discord_airflow.settings import load_settings
from discord_airflow.terminal import say

INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM
BROKEN_PIPE = 128 + signal.SIGPIPE
LARGEST_PORT = 65535


class Parser(argparse.ArgumentParser):
    """Ends with the documented status when the command line is wrong."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help.")


def build_parser() -> Parser:
    parser = Parser(prog="python -m discord_airflow.local_airflow", description="Airflow on this machine alone.")
    commands = parser.add_subparsers(dest="command", required=True)
    report = commands.add_parser("report", help="import exports and run discord_weekly once (make report)")
    report.add_argument("--exports", type=Path, help="a folder with DiscordChatExporter's JSON; default: the sample")
    report.add_argument("--days", type=int, help="how many days the report covers; default: report.days, else 7")
    report.add_argument("--until", help="the end of the window; default: the last full week that the data covers")
    up = commands.add_parser("up", help="Airflow's whole user interface, until Ctrl-C (make up)")
    up.add_argument("--port", type=_port, default=8080, help="where it answers on this machine; default: 8080")
    commands.add_parser("down", help="stop what `up` has started (make down)")
    return parser


def run(options: argparse.Namespace) -> None:
    """Do what *options* say; a command loads no more than it needs."""
    settings = load_settings()
    if options.command == "up":
        from discord_airflow.local_airflow.serve import up

        up(settings, options.port, tell)
    elif options.command == "down":
        from discord_airflow.local_airflow.down import down
        from discord_airflow.local_airflow.place import AirflowPlace

        tell("Airflow is stopped." if down(AirflowPlace(settings.home)) else "Airflow was not running.")
    else:
        from discord_airflow.local_airflow.report import report

        # Let what was started end before we do; without this, SIGTERM leaves no time to.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
        report(settings, options.exports, options.days, options.until, tell)


def tell(line: str) -> None:
    """Print a line at once, also into a pipe."""
    say(line)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command of *argv* and return its exit status."""
    try:
        run(build_parser().parse_args(argv))
    except DiscordAirflowError as error:
        say(str(error), err=True)
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return 0


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
