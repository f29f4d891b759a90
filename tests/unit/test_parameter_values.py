"""Ten thousand hostile values where no database is needed: receipts, a run's configuration, and the command line."""

import re
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
import typer

from discord_airflow.cli import AnyTrouble, app
from discord_airflow.errors import UsageError
from discord_airflow.queries.parameters import ID, IDS, MOMENT, PARAMETERS, TEXT, from_json
from discord_airflow.weekly_options import RunFacts, parse_days, parse_until, refuse_unknown_options, run_servers
from tests.rows.hostile_values import hostile_values
from tests.rows.naughty import NAUGHTY
from tests.rows.search_model import LARGEST_ID, RefusedError, id_in, instant

VALUES = tuple(dict.fromkeys((*NAUGHTY, *hostile_values(2026, 10_000))))
ZONE = "Europe/Helsinki"


def or_refused(ask, *arguments):
    """Return an answer; a refusal must be one printable sentence."""
    try:
        return ask(*arguments)
    except RefusedError:
        return "refused"
    except UsageError as error:
        sentence = str(error)
    assert re.fullmatch(r"\w.*\.", sentence), sentence
    assert sentence.isprintable()
    return "refused"


def test_there_are_ten_thousand_and_five_hundred():
    """The numbers that the promise names; the same seed gives the same values."""
    assert len(NAUGHTY) >= 500
    assert len(set(hostile_values(2026, 10_000))) == 10_000
    assert hostile_values(7, 100) == hostile_values(7, 100) != hostile_values(8, 100)


def test_a_hostile_receipt_is_read_back_as_it_stands_or_refused():
    """Whatever stands in a file as a query's parameter, alone or in a list or as a key, is a value or a mistake."""
    window = {"since": "2026-03-01T00:00:00Z", "until": "2026-03-08T00:00:00Z", "zone": "UTC"}
    for value in VALUES:
        for name, parameter in PARAMETERS.items():
            assert or_refused(from_json, {name: value}, frozenset({name})) == _read(name, parameter, value)
            number = id_in(value) if parameter is IDS else None
            listed = "refused" if number is None else {name: (number,)}
            assert or_refused(from_json, {name: [value]}, frozenset({name})) == listed
        assert or_refused(from_json, {value: 1}, frozenset({"limit"})) == "refused"
        for key in window:
            read = or_refused(from_json, window | {key: value}, frozenset({"window"}))
            assert read == "refused" or getattr(read["window"], key) == (value if key == "zone" else _moment(value))


def _read(name, parameter, value):
    """Return what a text must become as a parameter of a receipt."""
    read = {ID: id_in, MOMENT: _moment, TEXT: str}.get(parameter, lambda _: None)(value)
    return "refused" if read is None else {name: read}


def _moment(text):
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def test_a_hostile_configuration_of_a_run_is_an_instant_an_id_or_refused():
    """`until`, `days` and `servers`, from Airflow's form or from `discord-airflow report`."""
    for value in VALUES:
        assert or_refused(lambda text=value: parse_until(text, ZONE).astimezone(UTC)) == or_refused(_due, value)
        assert or_refused(parse_days, value) == "refused"
        assert or_refused(refuse_unknown_options, {value: 1}) == "refused"
        facts = RunFacts("key", {}, {"servers": [value]}, datetime(2026, 3, 29, tzinfo=UTC))
        number = id_in(value.strip())
        is_id = number is not None and 0 < number <= LARGEST_ID
        assert or_refused(run_servers, facts, ()) == ((number,) if is_id else "refused")


def _due(text):
    """A day means nine o'clock."""
    day = instant(text.strip(), ZONE)
    if len(text.strip()) > 10:
        return day
    return datetime.combine(day.astimezone(ZoneInfo(ZONE)).date(), time(9), ZoneInfo(ZONE)).astimezone(UTC)


def commands(command, name=()):
    """Yield every command with its name, found from the parser."""
    found = getattr(command, "commands", None)
    for part, one in (found or {}).items():
        yield from commands(one, (*name, part))
    if not found:
        yield name, command


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_every_option_takes_hostile_words_as_they_are_or_refuses_them(name):
    """No option of any command changes a text, and what is no number is refused before anything runs."""
    command, random = COMMANDS[name], Random(" ".join(name))
    for parameter in command.params:
        if parameter.name != "help" and not getattr(parameter, "is_flag", False):
            for value in random.sample(VALUES, 150):
                parsed = _parsed(command, parameter, value)
                assert parsed == "refused" or _is_value(parsed, value), (parameter.name, value)


def _parsed(command, parameter, value):
    is_option = parameter.param_type_name == "option"
    needed = [one for one in command.params if one.param_type_name == "argument" and one.required]
    words = [f"{parameter.opts[-1]}={value}", "--", *("x" for _ in needed)] if is_option else ["--", value]
    try:
        context = command.make_context("x", words)
    except AnyTrouble:
        return "refused"
    found = context.params[parameter.name]
    return found[0] if isinstance(found, (list, tuple)) else found


def _is_value(parsed, value):
    if isinstance(parsed, (int, float)):
        return parsed == Decimal(value)
    return parsed == (Path(value) if isinstance(parsed, Path) else value)
