#!/usr/bin/env python3
"""Write the sample: exports of two invented Discord servers, as DiscordChatExporter would have written them.

    python3 sample/make_sample.py                    writes sample/exports/
    python3 sample/make_sample.py --output /tmp/x    writes there

Needs the standard library only. The same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from cast import HARBOUR, TIDEWATCH
from chatter import add_builds, add_readings, add_reminders, add_tide_answers
from clock import written
from layout import Layout, exporter_json
from message import Message
from places import SERVERS, Channel
from screenplay import read_scenes
from stage import Stage

HERE = Path(__file__).resolve().parent
DIALOGUE = HERE / "dialogue"

# Sunday 22 November 2026, 9:04 UTC: just after the last full week, in Helsinki as in UTC.
EXPORTED_AT_MS = 1_795_338_245_113
# The same channel once more, as an older copy of the program exported it a month before.
OLD_COPY = ("repair-help", "2026-10-20T00:00:00+00:00", "2026-10-20T06:31:07.4471823+00:00")
OLD_NICKNAMES = {"lotte": "Lotte (new here)", "omar": "Omar with the lamp"}

Parts = tuple[str, str]


def play_servers(seed: int) -> dict[str, Stage]:
    """Return both servers with everything said; Harbour Makers quotes Tidewatch, so it comes second."""
    tidewatch = Stage(TIDEWATCH, seed)
    for scene in read_scenes(DIALOGUE / "tidewatch.txt"):
        tidewatch.play(scene)
    add_readings(tidewatch, seed, DIALOGUE / "station-remarks.txt")
    add_builds(tidewatch, seed)
    add_tide_answers(tidewatch, seed)
    harbour = Stage(HARBOUR, seed, others=tidewatch.messages)
    for name in ("harbour-makers.txt", "open-evenings.txt"):
        for scene in read_scenes(DIALOGUE / name):
            harbour.play(scene)
    add_reminders(harbour, seed)
    return {HARBOUR: harbour, TIDEWATCH: tidewatch}


def exports(stages: dict[str, Stage]) -> Iterator[Parts]:
    """Yield the file name and the text of every export."""
    turn = 0
    for key, stage in stages.items():
        for channel in stage.channels.values():
            exported_at = written(EXPORTED_AT_MS + 7_310 * turn, f"{(turn * 3571 + 1009) % 10000:04d}")
            said = _said_in(stage, channel)
            yield (
                _file_name(stage, channel),
                exporter_json(Layout(SERVERS[key], channel).document(said, exported_at)),
            )
            turn += 1
    yield _old_copy(stages[HARBOUR])


def _old_copy(stage: Stage) -> Parts:
    place, before, exported_at = OLD_COPY
    channel = stage.channels[place]
    said = [_as_it_was(message) for message in _said_in(stage, channel) if written(message.at_ms) < before]
    layout = Layout(stage.server, channel, modern=False, nicknames=OLD_NICKNAMES)
    return _file_name(stage, channel, " (before 2026-10-20)"), exporter_json(layout.document(said, exported_at, before))


def _as_it_was(message: Message) -> Message:
    """Return the message as it stood before its later edit."""
    if message.former_text is None:
        return message
    return replace(message, text=message.former_text, edited_ms=None, reactions=[])


def _said_in(stage: Stage, channel: Channel) -> list[Message]:
    return sorted(
        (message for message in stage.messages if message.place == channel.key),
        key=lambda message: int(message.id),
    )


def _file_name(stage: Stage, channel: Channel, window: str = "") -> str:
    """Return the exporter's own name for the file, with what no file system takes replaced."""
    parts = [stage.server.name, *([channel.parent.name] if channel.parent else []), channel.name]
    name = f"{' - '.join(parts)} [{channel.id}]{window}.json"
    return "".join("_" if character in '/\\:*?"<>|' else character for character in name)


def write_sample(output: Path, seed: int) -> list[Path]:
    """Write every export into *output* and remove exports of an earlier run that are no longer made."""
    output.mkdir(parents=True, exist_ok=True)
    texts = dict(exports(play_servers(seed)))
    for name, text in texts.items():
        (output / name).write_text(text, encoding="utf-8", newline="\n")
    for stale in {path.name for path in output.glob("*.json")} - set(texts):
        (output / stale).unlink()
    return [output / name for name in texts]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--output",
        type=Path,
        default=HERE / "exports",
        help="folder for the exports (default: sample/exports)",
    )
    parser.add_argument("--seed", type=int, default=2026, help="decides seconds, ids and readings (default: 2026)")
    options = parser.parse_args()
    paths = write_sample(options.output, options.seed)
    size = sum(path.stat().st_size for path in paths)
    print(f"{len(paths)} exports, {size / 1e6:.2f} MB, in {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
