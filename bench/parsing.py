"""
How fast is an export read, held against what is usually taken for it? Each reader counts messages and reactions.

    python -m bench.parsing FILE...
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import ijson
import msgspec

from bench.processes import Measured, measured, told
from discord_airflow.collectors.export_format import Message
from discord_airflow.collectors.export_reader import open_export

Counts = tuple[int, int]


def with_us(path: Path) -> Counts:
    """Read as the import does: typed, in blocks."""
    messages = reactions = 0
    with path.open("rb") as file:
        for piece in open_export(file).pieces():
            found = [_decoded(piece)] if isinstance(piece, bytes) else piece.messages
            messages += len(found)
            reactions += sum(len(message.reactions) for message in found)
    return messages, reactions


def _decoded(text: bytes) -> Message:
    return msgspec.json.decode(text, type=Message)


def with_ijson(path: Path) -> Counts:
    """Read as a stream of dictionaries, by the backend in C."""
    with path.open("rb") as file:
        return _counted(ijson.items(file, "messages.item", use_float=True))


def with_json(path: Path) -> Counts:
    """Read the whole file at once, by the standard library."""
    return _counted(iter(json.loads(path.read_bytes())["messages"]))


def _counted(messages: Iterator[dict[str, list[object]]]) -> Counts:
    count = reactions = 0
    for message in messages:
        count += 1
        reactions += len(message["reactions"])
    return count, reactions


READERS: dict[str, Callable[[Path], Counts]] = {"ours": with_us, "ijson": with_ijson, "json": with_json}


def read_with(name: str, paths: list[Path]) -> Measured:
    """Return what reader *name* takes for all *paths*, one after the other, in a fresh process."""
    return measured("bench.parsing", name, *paths)


def main(argv: list[str]) -> int:
    if argv[:1] == ["--once"]:
        reader = READERS[argv[1]]
        told(lambda: [reader(Path(path)) for path in argv[2:]])
        return 0
    paths = [Path(path) for path in argv]
    size = sum(path.stat().st_size for path in paths) / 1e6
    for name in READERS:
        found = read_with(name, paths)
        print(f"{name:8}{found.seconds:9.2f} s{size / found.seconds:9.0f} MB/s{found.peak_mb:9.0f} MB peak")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
