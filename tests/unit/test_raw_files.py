"""The check's own reader of exports: every message with its place, in memory that follows neither file nor message."""

import json
import tracemalloc

import pytest
from export_documents import document, in_layout, message, minified

from discord_airflow.checking.raw_files import PassedOver, RawExport, UnreadableExportError

HERE = b'"@@here@@"'
LIMIT = 50_000


def read(path, data, largest=LIMIT):
    """What stands at each place of a file: a message's text, or why it was passed over."""
    path.write_bytes(data)
    return [
        one.reason if isinstance(one, PassedOver) else one["content"] for _, one in RawExport(path, largest).messages()
    ]


def three(middle, form, **beside):
    """A document whose middle message has these bytes under a key that nobody knows."""
    odd = message(5, "middle", zzz="@@here@@")
    return form(document(message(0, "before"), odd, message(9, "after"), **beside)).replace(HERE, middle)


@pytest.mark.parametrize("form", [in_layout, minified])
@pytest.mark.parametrize(
    ("middle", "reason"),
    [
        (b'"' + b"moss, " * 20_000 + b'"', "too large"),
        (b'"' + rb"\"]\\\u005d\n" * 10_000 + b'"', "too large"),
        (b'"' + rb"\\" * 65_536 * 2 + b'"', "too large"),
        (b"[" * 90_000 + b"]" * 90_000, "nested too deeply"),
        (b'[{"a": "[{"}, ' * 9_000 + b"1" + b"]" * 9_000, "nested too deeply"),
        (b"[" + b"[], " * 90_000 + b"0]", "too large"),
        (b"7" * 5_000, "Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits"),
        (b'"a\0b"', "not JSON"),
    ],
)
def test_what_cannot_be_read_costs_its_own_message(tmp_path, form, middle, reason):
    """
    The messages around it are read, wherever the pieces of the file end.
    """
    assert read(tmp_path / "a.json", three(middle, form)) == ["before", reason, "after"]


@pytest.mark.parametrize("form", [in_layout, minified])
def test_other_keys_are_passed_over(tmp_path, form):
    """
    Whatever stands beside the messages: texts, numbers, lists, before them and behind.
    """
    beside = {"exportedAt": None, "messageCount": 3, "aaa": [{"b": "]}"}], "huge": "y" * 200_000, "last": -1.5e3}
    assert read(tmp_path / "a.json", three(b"1", form, **beside)) == ["before", "middle", "after"]


@pytest.mark.parametrize("form", [in_layout, minified])
def test_a_missing_comma_hides_nothing(tmp_path, form):
    """
    What follows is read, as the import does.
    """
    comma = b"}, \n    {" if form is in_layout else b'},{"id"'
    data = form(document(*(message(number, str(number)) for number in range(4)))).replace(b"\n    },", b"\n    }")
    data = data.replace(comma, comma.replace(b",", b""))
    assert read(tmp_path / "a.json", data) == ["0", "1", "2", "3"]


@pytest.mark.parametrize("end", [b'"timestamp"', b"  ],", b'"messageCount"', b"}"])
def test_a_file_that_breaks_off_is_no_whole_one(tmp_path, end):
    """
    However much of it could be read.
    """
    data = in_layout(document(message(0), message(1)))
    with pytest.raises(UnreadableExportError):
        read(tmp_path / "a.json", data[: data.rindex(end)])


def test_memory_does_not_follow_a_giant(tmp_path):
    """
    Eight megabytes in one message, or beside them, are passed over in pieces.
    """
    giant = json.dumps("fern " * 1_600_000).encode()
    (tmp_path / "a.json").write_bytes(three(giant, in_layout, huge="x" * 8_000_000))
    tracemalloc.start()
    found = [one for _, one in RawExport(tmp_path / "a.json", LIMIT).messages()]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found[1] == PassedOver("too large")
    assert peak < 3_000_000
