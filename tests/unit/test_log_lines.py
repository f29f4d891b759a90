"""Log lines: one event, one line, whatever it holds; JSON for programs, words for people, never a stranger's text."""

import io
import json
import logging
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog

from discord_airflow import log_lines
from discord_airflow.log_lines import in_context, set_up_log, tell

HOSTILE = 'two\nlines\r\x1b[31m "quoted" \u2028 \u202e end \ud800'


class Terminal(io.StringIO):
    """A stderr that a person watches."""

    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def untouched(monkeypatch):
    """Loggers as they were, whatever a test sets up."""
    loggers = [logging.getLogger(name) for name in (None, "discord_airflow", "psycopg")]
    before = [(one, one.handlers, one.level, one.propagate) for one in loggers]
    monkeypatch.delenv("LOG_FORMAT", raising=False)
    yield
    for one, handlers, level, propagate in before:
        one.handlers, one.propagate = handlers, propagate
        one.setLevel(level)


def written(monkeypatch, log, *, verbosity=2, stderr=None):
    """Return the lines that *log* leaves on stderr."""
    stream = stderr or io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    set_up_log(verbosity)
    log(logging.getLogger("discord_airflow.tests"))
    return stream.getvalue().splitlines()


def test_an_event_is_one_line_of_json_whatever_it_holds(monkeypatch):
    """Newlines, escapes, quotes, separators and halves of characters come back as they were; time is UTC."""
    with structlog.contextvars.bound_contextvars(run=7, stage="import"):
        (line,) = written(monkeypatch, lambda log: tell(log, HOSTILE, channel_id=2**62, state=HOSTILE, left_out=None))
    told = json.loads(line)
    assert (told["run"], told["stage"], told["channel_id"], told["level"]) == (7, "import", 2**62, "info")
    assert told["timestamp"].endswith("Z")
    assert "left_out" not in told
    assert line.isascii()


def test_a_person_gets_words_on_one_line_that_steer_nothing(monkeypatch):
    """The same event in a terminal."""
    (line,) = written(monkeypatch, lambda log: tell(log, HOSTILE, messages=3), stderr=Terminal())
    assert "messages" in line
    assert not {"\u2028", "\u202e", "\r"} & set(line)
    assert "\x1b[31m" not in line


@pytest.mark.parametrize(
    ("wanted", "terminal", "is_json"),
    [("", True, False), ("", False, True), ("json", True, True), ("text", False, False), ("JSON", True, True)],
)
def test_the_form_follows_the_reader_unless_somebody_says_otherwise(monkeypatch, wanted, terminal, is_json):
    """LOG_FORMAT decides, else whether a terminal watches."""
    monkeypatch.setenv("LOG_FORMAT", wanted)
    (line,) = written(monkeypatch, lambda log: tell(log, "event"), stderr=Terminal() if terminal else None)
    assert line.startswith("{") is is_json


def test_an_error_leaves_class_and_place_but_not_its_words(monkeypatch):
    """A message of the database quotes rows; a trace would be many lines."""

    def fails(log):
        try:
            int("Mira")
        except ValueError:
            log.exception("stopped")

    (line,) = written(monkeypatch, fails)
    assert "Mira" not in line
    assert json.loads(line)["error"] == "ValueError"
    assert json.loads(line)["at"].startswith("test_log_lines.py:")


def test_a_library_is_heard_without_being_quoted(monkeypatch):
    """That it spoke and where, from warnings on; what it said may hold an address with a token."""

    def speaks(_):
        logging.getLogger("httpx").info("GET https://discord.com/api/webhooks/1/canary")
        logging.getLogger("urllib3").warning("GET https://discord.com/api/webhooks/1/canary")

    (line,) = written(monkeypatch, speaks)
    assert "canary" not in line
    assert json.loads(line)["logger"] == "urllib3"


def test_verbosity_says_how_much(monkeypatch):
    """Without -v warnings only, with it what happens, twice everything."""

    def talks(log):
        for level in (logging.DEBUG, logging.INFO, logging.WARNING):
            tell(log, "event", level)

    assert [len(written(monkeypatch, talks, verbosity=number)) for number in (0, 1, 2, 3)] == [1, 2, 3, 3]


def test_a_lost_connection_is_told_once(monkeypatch):
    """What psycopg adds to the error that it raises is for whoever asked to hear more."""

    def lose(_log):
        logging.getLogger("psycopg").warning("error ignored terminating a pipeline: the connection is lost")

    assert not written(monkeypatch, lose, verbosity=0)
    assert len(written(monkeypatch, lose, verbosity=1)) == 1


def test_threads_of_a_pool_know_the_run(monkeypatch):
    """What is logged there carries what was known where the work was given out."""

    def works(log):
        with structlog.contextvars.bound_contextvars(run=9), ThreadPoolExecutor(2) as pool:
            list(pool.map(in_context(lambda number: tell(log, "done", messages=number)), range(4)))

    assert [json.loads(line)["run"] for line in written(monkeypatch, works)] == [9] * 4


def test_nothing_of_an_event_is_known_afterwards(monkeypatch):
    """The fields of one event do not cling to the next."""

    def talks(log):
        tell(log, "one", messages=1)
        tell(log, "two")

    assert "messages" not in json.loads(written(monkeypatch, talks)[1])
    assert log_lines.OURS == "discord_airflow"
