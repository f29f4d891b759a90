"""Which windows of a channel to export next: what was never proven, and the recent days again."""

from collections.abc import Iterable, Sequence

from discord_airflow.collectors.chat_exporter import IdRange


def missing(proven: Iterable[IdRange], within: IdRange) -> list[IdRange]:
    """Return the parts of *within* that no range of *proven* covers, in order. All bounds are exclusive."""
    gaps: list[IdRange] = []
    cursor = within.after
    for known in sorted(proven, key=lambda window: (window.after, window.before)):
        if known.before - 1 <= cursor:
            continue
        if known.after >= within.before - 1:
            break
        if known.after > cursor:
            gaps.append(IdRange(cursor, known.after + 1))
        cursor = known.before - 1
    if cursor < within.before - 1:
        gaps.append(IdRange(cursor, within.before))
    return gaps


def windows_to_export(
    proven: Sequence[IdRange], newest_id: int | None, within: IdRange, refresh_after: int
) -> list[IdRange]:
    """
    Return what to ask the exporter for, oldest first: the gaps of *within* and everything after *refresh_after*.

    The open end begins at the newest message that is stored (*newest_id*), not at the moment the last export ended:
    this machine's clock may run ahead of Discord's.
    """
    wanted = missing(proven, within)
    if wanted and wanted[-1].before == within.before and wanted[-1].after > within.after:
        wanted[-1] = IdRange(_open_end(proven, newest_id, wanted[-1].after, within.after), within.before)
    refresh = IdRange(max(within.after, refresh_after), within.before)
    if refresh.after < refresh.before - 1:
        wanted.append(refresh)
    return _joined(wanted)


def _open_end(proven: Sequence[IdRange], newest_id: int | None, end: int, start: int) -> int:
    """Return the id to go on from: the newest message in the proven stretch that ends at *end*, else its beginning."""
    begin = max(start, min((window.after for window in proven if window.after < end < window.before), default=start))
    return newest_id if newest_id is not None and begin < newest_id <= end else begin


def _joined(windows: Sequence[IdRange]) -> list[IdRange]:
    joined: list[IdRange] = []
    for window in sorted(windows, key=lambda window: (window.after, window.before)):
        if joined and window.after <= joined[-1].before - 1:
            joined[-1] = IdRange(joined[-1].after, max(joined[-1].before, window.before))
        else:
            joined.append(window)
    return joined
