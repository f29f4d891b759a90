"""The messages of one channel on their way into the file, and the failures that strike between and in them."""

from __future__ import annotations

from collections.abc import Callable

from standin.context import Context
from standin.failures import DotNetError, http_error, message_error, sticker_error
from standin.faults import HTTP_FAULTS, Fault, Faults, due_after, end_process
from standin.history import History
from standin.options import ExportOptions
from standin.output_files import OutputFiles
from standin.timeline import Facts

_DRIP_SECONDS = 0.05
_UNKNOWN_STICKER = 9


class MessageRun:
    """One pass over a channel's messages; *key* is the channel the faults are meant for."""

    def __init__(
        self,
        context: Context,
        files: OutputFiles,
        options: ExportOptions,
        *,
        key: int,
        progress: Callable[[Facts, int, int], None],
        forgive: Callable[[], None],
    ) -> None:
        self._context = context
        self._server = context.server
        self._faults = context.server.faults
        self._files = files
        self._options = options
        self._key = key
        self._progress = progress
        self._forgive = forgive

    def run(self) -> None:
        """Write every message of the range; raise what stops it."""
        options, channel, version = self._options, self._context.channel, self._context.version
        after = options.after
        if options.reverse and version == (2, 47, 0):
            after = None  # the bug of that release: the lower bound is not looked at
        history = History(self._server, channel, after, options.before)
        messages = tampered(history.fetch_range(), self._faults, self._key)
        if options.reverse:
            messages.reverse()
        done, total = 0, len(messages)
        path = f"channels/{channel['id']}/messages?limit=100&after={after or 0}"
        for path, message in history.pages(messages):
            if self._strike(message, path, done, total):
                return
            self._server.pauses.check()
            self._export(message)
            done += 1
            self._progress(channel, done, total)
        self._strike(messages[-1] if messages else None, path, done, total)

    def _export(self, message: Facts) -> None:
        drip = self._faults.find("slow-drip", channel=self._key)
        if drip is None:
            self._write(message)
            return
        seconds = float(drip.get("seconds", _DRIP_SECONDS))
        if drip.get("inside"):
            self._write(message, lambda: self._server.pauses.sleep(seconds))
        else:
            self._server.pauses.sleep(seconds)
            self._write(message)

    def _write(self, message: Facts, interrupt: Callable[[], None] | None = None) -> None:
        """Look up the people of a message and write it; from 2.42.5 on errors name the message."""
        context = self._context
        try:
            context.look_up(self._server.people_of(message))
            if self._options.matches is None or self._options.matches(message, self._server):
                self._files.write(message, interrupt=interrupt)
        except DotNetError as error:
            if context.version < (2, 42, 5):
                raise
            raise message_error(message["id"], context.channel, context.guild, error) from error

    # --- failures

    def _strike(self, message: Facts | None, path: str, done: int, total: int) -> bool:
        """Play the fault that is due, and say whether the export silently ends here."""
        fault = self._faults.striking(self._key, done, total)
        if fault and not fault.get("silent"):
            self._play(fault, message, path)
        return fault is not None and bool(fault.get("silent"))

    def _play(self, fault: Fault, message: Facts | None, path: str) -> None:
        name = fault["name"]
        if name in HTTP_FAULTS:
            raise self._server.refusal(fault, path)
        if name in {"half-exit-0", "half-exit-1"}:
            if name == "half-exit-0":
                self._forgive()
            raise http_error(403 if name == "half-exit-0" else 502, path, self._context.version)
        if name == "cancelled":
            self._server.pauses.cancel()
        elif name == "hang":
            self._server.pauses.hang(deaf=bool(fault.get("deaf")))
        elif name == "disk-full":
            self._files.fill_the_disk()
        elif name in {"killed", "truncated-exit-0"} and not (fault.get("inside") and message):
            end_process(fault)
        elif message is not None:
            self._write(message, lambda: self._break_inside(fault, message, path))

    def _break_inside(self, fault: Fault, message: Facts, path: str) -> None:
        """Play what strikes in the midst of a message."""
        if fault["name"] in {"killed", "truncated-exit-0"}:
            end_process(fault)
        if fault["name"] == "unknown-sticker":
            raise sticker_error(message["id"], _UNKNOWN_STICKER)
        raise http_error(500, path, self._context.version)


def tampered(messages: list[Facts], faults: Faults, channel: int) -> list[Facts]:
    """Play the faults that leave out, repeat or exchange messages."""
    gap = faults.find("gap", channel=channel)
    if gap:
        start = due_after(gap, len(messages))
        del messages[start : start + int(gap.get("count", 100))]
    twice = faults.find("duplicate", channel=channel)
    if twice and messages:
        place = min(due_after(twice, len(messages)), len(messages) - 1)
        messages.insert(place, messages[place])
    mixed = faults.find("out-of-order", channel=channel)
    if mixed and len(messages) > 1:
        place = min(due_after(mixed, len(messages)), len(messages) - 2)
        messages[place], messages[place + 1] = messages[place + 1], messages[place]
    return messages
