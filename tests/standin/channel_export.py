"""The export of one channel: what is checked first, and the file that is left in every case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from standin.context import Context
from standin.failures import DotNetError
from standin.kinds import FORUM
from standin.message_run import MessageRun
from standin.naming import Naming
from standin.options import ExportOptions
from standin.output_files import OutputFiles
from standin.server import Server
from standin.texts import empty_text, forum_text
from standin.timeline import Facts


@dataclass(frozen=True)
class Plan:
    """Everything a channel's export needs from the run."""

    server: Server
    options: ExportOptions
    naming: Naming
    exported_at: Callable[[], int]
    progress: Callable[[Facts, int, int], None]
    forgive: Callable[[], None]  # the run is to exit with 0 although all failed


class ChannelExport:
    """One channel, from the first check to the closed file."""

    def __init__(self, plan: Plan, channel: Facts) -> None:
        self._plan = plan
        self._server = plan.server
        self._version = plan.server.version
        self._faults = plan.server.faults
        self._key: int = channel["id"]
        self._channel = channel
        self._options = plan.options
        self._guild: Facts = {}

    def run(self) -> str | None:
        """Export and return a warning, if there is one; raise what went wrong."""
        self._guild = self._server.guild(self._channel["guild"])
        if self._channel["type"] == FORUM:
            raise DotNetError(forum_text(self._channel["name"], self._guild["name"]))
        path = self._plan.naming.path_for(self._guild, self._channel)
        self._pretend()
        warning = self._nothing_to_expect()
        if warning and self._version < (2, 45, 0):
            raise DotNetError(warning)
        context = self._make_context(path)
        if self._faults.find("no-file", channel=self._key):
            return None
        files = self._make_files(path, context)
        try:
            if not warning:
                self._export_messages(context, files)
        finally:
            if self._version >= (2, 45, 0):
                files.touch()
            files.close()
        if files.messages_written == 0 and self._version < (2, 45, 0):
            raise DotNetError(self._empty_text(in_period=True, matching=True))
        return warning

    def _pretend(self) -> None:
        """Play the faults that put another channel or another range into the file."""
        other = self._faults.find("other-channel", channel=self._key)
        if other:
            self._channel = self._other_channel(other.get("as"))
        if self._faults.find("other-range", channel=self._key):
            before = self._channel["last_message_id"] if self._options.after is None else None
            self._options = replace(self._options, after=None, before=before)

    def _other_channel(self, wanted: int | None) -> Facts:
        if wanted is not None:
            return self._server.channel(int(wanted))
        others = self._server.channels(self._channel["guild"])
        fitting = (c for c in others if c["last_message_id"] and c["id"] != self._key and c["type"] != FORUM)
        return next(fitting, self._channel)

    def _nothing_to_expect(self) -> str | None:
        """Return what is said when the channel's newest id, or its own, shows that nothing can come."""
        newest, after, before = self._channel["last_message_id"], self._options.after, self._options.before
        if newest is None:
            return self._empty_text(in_period=False)
        late = after is not None and after >= newest
        early = before is not None and before <= self._channel["id"]
        return self._empty_text(in_period=True) if late or early else None

    def _empty_text(self, *, in_period: bool, matching: bool = False) -> str:
        names = self._channel["name"], self._guild["name"]
        return empty_text(*names, self._version, in_period=in_period, matching=matching)

    def _make_context(self, path: str) -> Context:
        options = self._options
        if self._guild["id"]:
            self._server.channels(self._guild["id"])
        context = Context(
            server=self._server,
            version=self._version,
            guild=self._guild,
            channel=self._channel,
            after=options.after,
            before=options.before,
            utc=options.utc,
            markdown=options.markdown,
            roles=self._server.roles(self._guild["id"]),
        )
        if options.media:
            from standin.media import Media  # rarely asked for, and its imports are slow

            folder = self._plan.naming.fill(options.media_dir or f"{path}_Files", self._guild, self._channel)
            export_folder = Path(path).resolve().parent
            media = Media(Path(folder).resolve(), export_folder, self._version, reuse=options.reuse_media)
            context.asset = media.store
        return context

    def _export_messages(self, context: Context, files: OutputFiles) -> None:
        plan = self._plan
        run = MessageRun(context, files, self._options, key=self._key, progress=plan.progress, forgive=plan.forgive)
        run.run()

    def _make_files(self, path: str, context: Context) -> OutputFiles:
        disk = self._faults.find("disk-full", channel=self._key)
        off = self._faults.find("wrong-count", channel=self._key)
        return OutputFiles(
            path,
            context,
            exported_at=self._plan.exported_at,
            limit=self._options.partition,
            newline=self._options.newline,
            json=self._options.file_format == "Json",
            disk=disk if disk and "bytes" in disk else None,
            count_off_by=int(off.get("by", 1)) if off else 0,
            future_keys=self._faults.find("future-keys", channel=self._key) is not None,
        )
