"""
Failures on demand: STANDIN_FAULTS is a JSON list of `{"name": ..., ...}`.

Every fault may carry `channel` (an id; absent: any), `command` (one name or a list; absent: any), `times`
(play it in that many runs, then never again; counted beside the world file) and `after`: how many messages
of the channel are written first - a number, "half" or "end" (all of them, before the closing). Without
`after` it strikes before the first message, so that no file is opened for it.

While exporting a channel
  unauthorized, forbidden, not-found, bad-request, rate-refused, server-error, no-network
                    a request fails (401, 403, 404, 400, 429, 500 or `status`). `on`: "messages" (default),
                    "channel", "guild", "channels", "roles", "threads", "guilds", "token"
  killed            the process is ended (`signal`, default 9): no closing. `inside`: true cuts in a message.
                    `on` as above
  cancelled         as after SIGINT: closed half file, exit 1
  hang              nothing more happens. `deaf`: true ignores SIGINT too. `on` as above
  rate-limited      waits `seconds` (3600) before each page of messages. Silent
  slow-drip         waits `seconds` (0.05) before each message; `inside`: true waits in the midst of one
  malformed-close   an error inside a message: the closing stands at the wrong depth
  unknown-sticker   a message with a sticker of unknown format, inside the message
  disk-full         the file system refuses to write: cut file. `bytes`: once that many are written
  half-exit-0       ends early, closes the file, lists the channel as failed, and exits 0 all the same.
                    `silent`: true lists nothing either (as releases up to 2.26 could)
  half-exit-1       ends early, closes the file, fatal error, exit 1
  truncated-exit-0  the file is cut and nothing is said

What the file says
  empty             no messages, no word about it (also `history=False` of a token)
  other-channel     the file is that of channel `as` (default: another one of the server)
  other-range       another dateRange and the messages that go with it (ignores --after and --before)
  wrong-count       messageCount is off by `by` (1)
  gap               `count` (100) messages are silently missing
  duplicate         one message stands twice
  out-of-order      two neighbours have changed places
  future-keys       unknown keys in root, channel and message
  no-file           says all is well, writes nothing

Whole runs
  no-content-intent a bot without the message content intent
  no-icu            the runtime does not start: signal 6 (or `code`: 134)
  exit              ends with `code` after everything was done well; `stderr`: what it says
  drip-output       prints one character per `seconds` (0.02)
  huge-stderr       prints `bytes` (5000000) to stderr first
  leak-token        prints the request's headers, token included, to stderr first
  garbage-listing   channels, guilds, dm print nonsense; `text`: what exactly
  missing-channel   the listings leave out `channel`
  missing-threads   the listings leave out the threads of `channel` (absent: all threads)
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
from typing import Any

HTTP_FAULTS = {
    "unauthorized": 401,
    "forbidden": 403,
    "not-found": 404,
    "bad-request": 400,
    "rate-refused": 429,
    "server-error": 500,
    "no-network": 0,
}
_STRIKES = frozenset({
    *("killed", "cancelled", "hang", "malformed-close", "unknown-sticker", "disk-full"),
    *("half-exit-0", "half-exit-1", "truncated-exit-0"),
})  # fmt: skip
_OTHERS = frozenset({
    *("slow-drip", "rate-limited", "empty", "other-channel", "other-range", "wrong-count", "gap", "duplicate"),
    *("out-of-order", "drip-output", "future-keys", "no-file", "no-content-intent", "no-icu", "exit", "huge-stderr"),
    *("leak-token", "garbage-listing", "missing-channel", "missing-threads"),
})  # fmt: skip
_AT_REQUESTS = frozenset({*HTTP_FAULTS, "hang", "killed"})
NAMES = _STRIKES | _OTHERS | frozenset(HTTP_FAULTS)

Fault = dict[str, Any]


class Faults:
    """The failures asked for, of which each plays as often as it may."""

    def __init__(self, faults: list[Fault], command: str, tally: str | None) -> None:
        for fault in faults:
            if fault.get("name") not in NAMES:
                raise ValueError(f"no fault is called {fault.get('name')!r}; there are {', '.join(sorted(NAMES))}")
        self._faults = [fault for fault in faults if _meant_for(fault, command)]
        self._tally = tally
        self._admitted: dict[str, bool] = {}

    def find(self, *names: str, channel: int | None = None) -> Fault | None:
        """Return the first fault of one of these names that holds for the channel and plays in this run."""
        for fault in self._faults:
            if fault["name"] in names and _holds(fault, channel) and self._admit(fault):
                return fault
        return None

    def meeting(self, channel: int | None, on: str) -> Fault | None:
        """Return the fault that meets a request; those with `after` strike between messages instead."""
        for fault in self._faults:
            if fault["name"] not in _AT_REQUESTS or fault.get("on", "messages") != on or _between_messages(fault):
                continue
            if _holds(fault, channel) and self._admit(fault):
                return fault
        return None

    def striking(self, channel: int, written: int, total: int) -> Fault | None:
        """Return the fault that strikes when *written* of the channel's *total* messages are in the file."""
        for fault in self._faults:
            if not _between_messages(fault) or not _holds(fault, channel):
                continue
            if due_after(fault, total) == written and self._admit(fault):
                return fault
        return None

    def _admit(self, fault: Fault) -> bool:
        """Say whether the fault still has a turn; one run takes one turn of it, however often it asks."""
        times = fault.get("times")
        if times is None:
            return True
        key = json.dumps(fault, sort_keys=True)
        if key not in self._admitted:
            self._admitted[key] = self._take_turn(key, int(times))
        return self._admitted[key]

    def _take_turn(self, key: str, times: int) -> bool:
        if self._tally is None:
            raise ValueError("a fault with `times` needs STANDIN_WORLD, beside which its turns are counted")
        handle = os.open(self._tally, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        with os.fdopen(handle, "r+", encoding="utf-8") as tally:
            fcntl.flock(tally, fcntl.LOCK_EX)
            played = tally.read().splitlines().count(key)
            if played < times:
                tally.write(key + "\n")
            return played < times


def due_after(fault: Fault, total: int) -> int:
    """Return how many messages are written before the fault strikes."""
    after = fault.get("after", 0)
    if after == "half":
        return total // 2
    return total if after == "end" else min(int(after), total)


def _between_messages(fault: Fault) -> bool:
    """Say whether a fault strikes between messages, rather than at a request or a write."""
    if fault["name"] in _AT_REQUESTS:
        return bool(fault.get("after") or fault.get("inside"))
    return fault["name"] in _STRIKES and "bytes" not in fault


def _meant_for(fault: Fault, command: str) -> bool:
    commands = fault.get("command")
    return commands is None or command in ([commands] if isinstance(commands, str) else commands)


def _holds(fault: Fault, channel: int | None) -> bool:
    wanted = fault.get("channel")
    return wanted is None or (channel is not None and int(wanted) == channel)


def end_process(fault: Fault) -> None:
    """End the program at once, as the fault says."""
    if fault["name"] == "truncated-exit-0":
        os._exit(0)
    os.kill(os.getpid(), int(fault.get("signal", signal.SIGKILL)))
    signal.pause()
