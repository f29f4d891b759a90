"""Where a JSON value ends, in memory and in a file of which little is held: the same place, whatever is around it."""

import io
import json
import random

import pytest

from discord_airflow.collectors import json_ends
from discord_airflow.collectors.json_ends import BrokenJsonError, count_values, end_by_line, end_in_file, find_end
from discord_airflow.collectors.json_window import LARGE, JsonWindow, Skipped

TEXTS = ["a", 'q"x', "b\\", "{[", "}],\n", "é\u1234", "", "\\\\"]


def value(chance, depth=0):
    """A random JSON value, full of what a careless reader stumbles over."""
    drawn = chance.random()
    if depth > 4 or drawn < 0.35:
        return chance.choice(TEXTS) * chance.randrange(1, 4)
    if drawn < 0.5:
        return chance.choice([1, -2.5e10, True, None, 0])
    if drawn < 0.75:
        return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {chance.choice(["k", '"', "\\", "]"]): value(chance, depth + 1) for _ in range(chance.randrange(4))}


@pytest.mark.parametrize("step", [1, 2, 3, 7, 100])
def test_the_end_is_found_however_the_file_is_cut(monkeypatch, step):
    """
    A value ends where json.dumps ended it, wherever one piece of the file ends and the next begins.
    """
    monkeypatch.setattr(json_ends, "_STEP", step)
    chance = random.Random(step)
    for _ in range(300):
        text = json.dumps(value(chance), indent=chance.choice([None, 2]), ensure_ascii=chance.random() < 0.5).encode()
        begin = chance.randrange(3)
        whole = b" " * begin + text + chance.choice([b",[1]", b"]", b"}", b" , {", b"\n"])
        ends = {find_end(whole, begin, is_all=True)}
        ends |= {end_in_file(io.BytesIO(whole), begin, one_line_strings=lines) for lines in (False, True)}
        assert ends == {begin + len(text)}, whole


@pytest.mark.parametrize("text", [b"[1, 2", b'"abc', b'{"a": "]', b"[[]", b'"\\"', b"[}", b'{"a": 1]'])
def test_what_does_not_end_is_broken(text):
    """
    A value that the end of the file cuts off, or that another bracket closes, has no end.
    """
    with pytest.raises(BrokenJsonError):
        end_in_file(io.BytesIO(text), 0)


def test_a_missing_quote_is_noticed_at_the_end_of_its_line():
    """
    In the exporter's layout no string has a line feed, so what follows a missing quote is not taken for a string.
    """
    text = b'{\n      "content": "moss,\n      "author": {}\n    },\n    {'
    assert (
        end_in_file(io.BytesIO(text.replace(b"moss", b'moss"')), 0, one_line_strings=True)
        == text.index(b"},\n    {") + 2
    )
    with pytest.raises(BrokenJsonError, match="line feed"):
        end_in_file(io.BytesIO(text), 0, one_line_strings=True)
    assert end_by_line(io.BytesIO(text), 0) == text.index(b",\n    {")


def test_values_are_counted_outside_of_texts():
    """
    Commas inside of strings make no value, however long the string.
    """
    text = json.dumps([",[{" * 200_000, {"a": [1, 2, 3]}, "x" * 600_000, ","]).encode()
    assert count_values(text, 0) == 8
    assert count_values(b"[1,2,3]", 0) == 3


def test_a_window_says_how_large_a_value_was():
    """
    Whatever is too large is passed over with its place, its size and, where it begins with one, its id.
    """
    text = b'[{"id": "17", "x": "' + b"y" * (2 * LARGE) + b'"}, 5]'
    window = JsonWindow(io.BytesIO(text))
    assert window.take("[")
    skipped = window.element(LARGE)
    assert isinstance(skipped, Skipped)
    assert (skipped.message_id, skipped.reason) == (17, "too-large")
    assert f"from byte 1 on it has {len(text) - 5:,} bytes" in skipped.detail
    assert window.take(",")
    assert window.element() == b"5"
