"""
The command line: `discord-airflow`.

Each group of commands is a module under discord_airflow/commands/ that registers itself. Here is what all of them
share: errors become one sentence on stderr and a documented exit status, and the program's log goes to stderr.
"""

import importlib
import importlib.util
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import psycopg
import typer

import discord_airflow
from discord_airflow.database_errors import in_mid_work
from discord_airflow.errors import DiscordAirflowError, FileTroubleError, UsageError
from discord_airflow.log_lines import OURS, json_asked_for, set_up_log, tell
from discord_airflow.terminal import say

log = logging.getLogger(__name__)

COMMANDS = (
    *("import_", "export", "exporter", "collect", "coverage"),
    *("query", "report", "verify", "check", "digest"),
    *("db", "doctor", "notify", "post", "runs"),
)

# The base of all complaints about a command line; of them typer exports BadParameter only.
AnyTrouble: type[Exception] = typer.BadParameter.__mro__[2]

INTERRUPTED = 128 + signal.SIGINT
BROKEN_PIPE = 128 + 13  # SIGPIPE, which Windows has not

app = typer.Typer(
    name="discord-airflow",
    help="What happened on your Discord servers: every number with its receipt, every sentence with its source.",
    epilog="Exit status: 0 ok, 64 usage, 65 data quarantined or not right, 69 a service is down, 74 input or output,"
    " 75 busy, 77 token or permission, 78 configuration, 130 stopped.",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def common(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
    verbose: Annotated[
        int, typer.Option("--verbose", "-v", count=True, help="Tell more on stderr; twice for everything.")
    ] = 0,
) -> None:
    """Set up what all commands share."""
    if version:
        say(f"discord-airflow {discord_airflow.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        say(context.get_help())
        raise typer.Exit(UsageError.exit_code)
    set_up_log(verbose)


for module in COMMANDS:
    if importlib.util.find_spec(f"discord_airflow.commands.{module}"):
        importlib.import_module(f"discord_airflow.commands.{module}").register(app)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command of *argv* (default: the process's arguments) and return its exit status."""
    try:
        status = app(args=None if argv is None else list(argv), standalone_mode=False)
        sys.stdout.flush()
    except DiscordAirflowError as error:
        return _fail(str(error), error.exit_code, error)
    except AnyTrouble as error:
        return _fail(_sentence(error), UsageError.exit_code, error)
    except (KeyboardInterrupt, typer.Abort) as error:
        return _fail("interrupted.", INTERRUPTED, error)
    except BrokenPipeError:
        # Whoever read our output has enough; Python must not complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        trouble = f"{error.filename or 'input or output'}: {error.strerror or error}."
        return _fail(trouble, FileTroubleError.exit_code, error)
    except psycopg.Error as error:
        trouble = in_mid_work(error)
        if trouble is None:
            raise
        return _fail(str(trouble), trouble.exit_code, trouble)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    if status == INTERRUPTED:  # typer makes this of Ctrl-C
        return _fail("interrupted.", INTERRUPTED, KeyboardInterrupt())
    return status if isinstance(status, int) else 0


def run() -> None:
    """Run as a program."""
    sys.exit(main())


def _fail(sentence: str, status: int, error: BaseException) -> int:
    """Tell a person what is wrong; a program gets the error's class, for the sentence may name files and channels."""
    if json_asked_for():
        if not logging.getLogger(OURS).handlers:  # the command line could not even be read
            set_up_log(0)
        tell(log, "command failed", logging.ERROR, error=type(error).__name__, exit_code=status)
    else:
        say(f"discord-airflow: {sentence}", err=True)
    return status


def _sentence(error: Any) -> str:
    """Return what is wrong with a command line, and where its help is."""
    command = error.ctx.command_path if getattr(error, "ctx", None) else "discord-airflow"
    return f"{error.format_message().rstrip('.')}; see {command} --help."
