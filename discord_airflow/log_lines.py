"""
The program's log: one event a line on stderr, for a person or as JSON for a program; ids and counts, never a name.

Inside Airflow's tasks nothing is set up here: the same events go through Airflow's own logging to the task's log.
"""

import logging
import os
import sys
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import structlog
from structlog.typing import EventDict

Taken = TypeVar("Taken")
Given = TypeVar("Given")

OURS: Final = "discord_airflow"
FORMAT_VARIABLE: Final = "LOG_FORMAT"

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


def tell(log: logging.Logger, event: str, level: int = logging.INFO, **fields: str | float | None) -> None:
    """
    Log *event*, the same words every time, with *fields*: ids, counts, states and names of classes.

    The fields travel beside the record, where our own lines and Airflow's task log both find them.
    """
    if log.isEnabledFor(level):
        known = {name: value for name, value in fields.items() if value is not None}
        with structlog.contextvars.bound_contextvars(**known):
            log.log(level, event)


def in_context(function: Callable[[Taken], Given]) -> Callable[[Taken], Given]:
    """Return *function* for the threads of a pool: what it logs carries what is known here, such as the run's id."""
    here = copy_context()
    return lambda taken: here.copy().run(function, taken)


def json_wanted() -> bool:
    """Say whether log lines are JSON: as LOG_FORMAT says (json or text), else unless a person watches stderr."""
    return json_asked_for() or (_wanted() != "text" and not sys.stderr.isatty())


def json_asked_for() -> bool:
    """Say whether LOG_FORMAT is json: then stderr is for programs, and nothing but JSON goes there."""
    return _wanted() == "json"


def _wanted() -> str:
    return os.environ.get(FORMAT_VARIABLE, "").strip().lower()


def set_up_log(verbosity: int) -> None:
    """Write the log to stderr: warnings, with 1 also what happens, with 2 everything."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter("json" if json_wanted() else "text"))
    ours = logging.getLogger(OURS)
    ours.handlers = [handler]
    ours.setLevel(_LEVELS[min(verbosity, 2)])
    ours.propagate = False
    # Libraries speak here too, or Python would print their words as they come.
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    # What psycopg could not do on a lost connection follows from the error that it raises, and that is told anyway.
    logging.getLogger("psycopg").setLevel(logging.ERROR if verbosity == 0 else logging.NOTSET)


def _formatter(form: Literal["json", "text"]) -> logging.Formatter:
    """Return what makes one line of a record."""
    utc = form == "json"
    chain: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso" if utc else "%H:%M:%S", utc=utc),
        _without_strangers_words if utc else _keep,
        _without_traces,
    ]
    last: structlog.types.Processor = (
        structlog.processors.JSONRenderer(sort_keys=False, ensure_ascii=True, default=_type_name)
        if utc
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=chain,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _on_one_line, last],
    )


def _keep(_log: Any, _method: str, event: EventDict) -> EventDict:
    return event


def _without_strangers_words(_log: Any, _method: str, event: EventDict) -> EventDict:
    """Say where another library logged something, not what: it may have quoted an address, a name or a text."""
    record: logging.LogRecord = event["_record"]
    if record.name.partition(".")[0] != OURS:
        event["event"] = "a library logged something"
        event["logger"], event["at"] = record.name, f"{record.module}:{record.lineno}"
    return event


def _without_traces(_log: Any, _method: str, event: EventDict) -> EventDict:
    """Keep of an error its class and place: its words may quote a row of the database."""
    record: logging.LogRecord = event["_record"]
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        event["error"] = _type_name(error)
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is not None:
            event["at"] = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
    record.exc_info = record.exc_text = None
    event.pop("exc_info", None)
    return event


def _on_one_line(_log: Any, _method: str, event: EventDict) -> EventDict:
    """Let no value break its line or steer the terminal."""
    return {
        name: "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in value)
        if isinstance(value, str)
        else value
        for name, value in event.items()
    }


def _type_name(value: object) -> str:
    return type(value).__name__
