"""
Which files go to which worker: those of one channel go one after the other through the same.

Only one import at a time writes to a channel, so a second worker would stand idle at its lock. And in order of name the
messages of a channel usually rise from file to file, which is the quick way in.
"""

import re
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from discord_airflow.collectors.source_files import UnreadableError, open_source

Lane = deque[int]
"""Positions of files to be imported one after the other."""

_HEAD = 4096
_channel_in = re.compile(rb'"channel"\s*:\s*\{\s*"id"\s*:\s*"?(\d{1,20})').search


def lanes_of(paths: Sequence[Path], sizes: Sequence[int]) -> list[Lane]:
    """Return *paths*, by position, as lanes: one for each channel, those with the most bytes first."""
    lanes: dict[bytes | int, Lane] = {}
    for position, path in enumerate(paths):
        channel = channel_of(path)
        lanes.setdefault(position if channel is None else channel, deque()).append(position)
    return sorted(lanes.values(), key=lambda lane: -sum(sizes[position] for position in lane))


def channel_of(path: Path) -> bytes | None:
    """
    Return which channel a file seems to be of, or None when a glance does not tell.

    Nothing but time depends on it: two imports of one channel wait for each other wherever they run.
    """
    try:
        source = open_source(path)
    except UnreadableError:
        return None
    with source.file:
        try:
            found = _channel_in(source.file.read(_HEAD))
        except OSError:
            return None
    return found[1] if found else None
