"""An export over channels: what is printed, what is counted, and how it ends."""

from __future__ import annotations

import os
from collections.abc import Callable

from standin.channel_export import ChannelExport, Plan
from standin.console import Console
from standin.failures import CommandError, DotNetError
from standin.naming import Naming
from standin.options import ExportOptions
from standin.progress import Progress
from standin.server import Server, path_name
from standin.texts import WARNINGS_HEADING, failures_heading, several_channels_text
from standin.timeline import Facts


class ExportRun:
    """Exports channels one after the other; a fatal error ends it, others are listed at the end."""

    def __init__(
        self,
        server: Server,
        options: ExportOptions,
        console: Console,
        *,
        exported_at: Callable[[], int],
        today: str,
        every_mark: bool = False,
        colour: bool = False,
    ) -> None:
        self._server = server
        self._options = options
        self._console = console
        self._forgiven = False
        naming = Naming(options.output, options.file_format, server.version, today, options.after, options.before)
        self._progress = Progress(console, every_mark=every_mark, colour=colour)
        server.pauses.on_idle = self._progress.beat
        self._plan = Plan(server, options, naming, exported_at, self._progress.report, self._forgive)

    def _forgive(self) -> None:
        self._forgiven = True

    def run(self, channels: list[Facts]) -> None:
        """Export; raise when the run as a whole failed."""
        self._check_options(channels)
        self._console.out(f"Exporting {len(channels)} channel(s)...")
        warnings: list[tuple[Facts, str]] = []
        errors: list[tuple[Facts, str]] = []
        for channel in channels:
            self._progress.begin(channel)
            try:
                warning = ChannelExport(self._plan, channel).run()
            except DotNetError as error:
                if error.fatal:
                    raise
                errors.append((channel, error.message))
            else:
                if warning:
                    warnings.append((channel, warning))
        self._console.out(f"Successfully exported {len(channels) - len(errors)} channel(s).")
        self._list(WARNINGS_HEADING, warnings)
        self._list(failures_heading(len(errors), self._server.version), errors)
        if len(errors) >= len(channels) and not self._forgiven:
            raise CommandError("Export failed.")

    def _list(self, heading: str, entries: list[tuple[Facts, str]]) -> None:
        if not entries:
            return
        self._console.out()
        self._console.err(heading)
        for channel, text in entries:
            self._console.err(f"{path_name(channel)}: {text}")
        self._console.err()

    def _check_options(self, channels: list[Facts]) -> None:
        options, output = self._options, self._options.output
        if options.reuse_media and not options.media:
            raise CommandError("Option --reuse-media cannot be used without --media.")
        if options.media_dir and not options.media:
            raise CommandError("Option --media-dir cannot be used without --media.")
        if len(channels) < 2 or self._server.version < (2, 36, 0) or "%" in output:
            return
        if not (os.path.isdir(output) or output.endswith("/")):  # noqa: PTH112 - a trailing slash means something
            raise CommandError(several_channels_text(output))


def full_path(output: str) -> str:
    """Return -o as an absolute path that keeps its trailing slash."""
    slash = "/" if output.endswith("/") and len(output) > 1 else ""
    return os.path.abspath(output) + slash  # noqa: PTH100 - a trailing slash means something
