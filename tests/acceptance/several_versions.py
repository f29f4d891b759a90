"""A folder as a user of many years has it: two servers, exported at two times by releases from 2.26 to 2.48."""

from contextlib import suppress
from pathlib import Path

from standin.failures import DotNetError
from standin.kinds import CATEGORY, FORUM
from standin.population import populate
from standin.writing import write_export

EARLIER = "2026-02-20T06:00:00+00:00"
OLDER_RELEASES = ("2.26", "2.28", "2.31", "2.33", "2.35", "2.38", "2.39", "2.40", "2.40.4", "2.41")
LATER_RELEASES = ("2.40.1", "2.40.4", "2.41", "2.42.3", "2.44", "2.45", "2.46", "2.46.1", "2.47", "2.48")


def write_exports(folder: Path) -> Path:
    """Write each channel twice into *folder*, the second time by a later release; return the folder."""
    world = populate(seed=26, guilds=2, people=14, channels=4, messages=70, days=45)
    channels = [number for number, facts in sorted(world.channels.items()) if facts["type"] not in (CATEGORY, FORUM)]
    (folder / "later").mkdir(parents=True)
    for place, channel in enumerate(channels):
        newline = "\r\n" if place % 4 == 1 else "\n"
        older, later = (releases[place % len(releases)] for releases in (OLDER_RELEASES, LATER_RELEASES))
        # Releases before 2.45 refuse a channel without messages, as some were at the earlier time.
        with suppress(DotNetError):
            write_export(
                world, channel, path=folder / f"then-{channel}.json", version=older, at=EARLIER, newline=newline
            )
        with suppress(DotNetError):
            path = folder / "later" / f"{channel}.json"
            write_export(world, channel, path=path, version=later, newline=newline, reverse=later == "2.48")
    return folder
