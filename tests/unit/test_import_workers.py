"""How files are shared out among workers, and what the death of one means."""

import signal

import pytest

from discord_airflow.collectors.lanes import Lane, Lanes, Place, lanes_of, place_of
from discord_airflow.collectors.memory_limit import processes_ended_for_memory
from discord_airflow.collectors.worker import OUT_OF_MEMORY
from discord_airflow.collectors.worker_death import Death, Suspects, death_of

MEMORY = {"memory_bytes": 1 << 30}


def export(channel):
    """The beginning of an export of *channel*."""
    return f'{{\n  "guild": {{"id": "5"}},\n  "channel": {{\n    "id": "{channel}",\n    "name": "x"'


def test_files_of_a_channel_share_a_lane_and_the_largest_lane_comes_first(tmp_path):
    """
    Two workers never wait for each other's channel, and the longest work begins first.
    """
    texts = [export(7), export(8), export(7), "no export", export(8)[:20]]
    paths = [tmp_path / f"{number}.json" for number in range(6)]
    for path, text in zip(paths, texts, strict=False):
        path.write_text(text)
    assert [list(lane) for lane in lanes_of(paths, [1, 5, 2, 9, 4, 0])] == [[3], [1], [4], [0, 2], [5]]


def test_a_glance_finds_guild_and_channel_in_any_layout(tmp_path):
    """
    The exporter's layout or none, an id as text or as a number.
    """
    path = tmp_path / "x.json"
    for text in (export(77), '{"guild":{"id":"5"},"channel":{"id":77,"type":0}}'):
        path.write_text(text)
        assert place_of(path) == Place(b"5", b"77")
    assert place_of(tmp_path / "gone.json") is None
    assert place_of(tmp_path) is None


def lane(number, guild, byte_size=1000):
    """A lane of one file."""
    made = Lane([number])
    made.guild, made.byte_size = guild, byte_size
    return made


def taken(lanes, *wishes):
    """Which files are handed out to workers that were at these guilds, while others are at those."""
    return [lanes.take(guild, busy)[0] for guild, busy in wishes]


def test_a_worker_stays_with_its_guild_and_leaves_the_others_theirs():
    """
    The second worker begins with another guild; when a guild's channels are done, its worker helps the others.
    """
    lanes = Lanes([lane(0, b"5"), lane(1, b"5"), lane(2, b"6"), lane(3, b"5"), lane(4, b"6")])
    both = {b"5", b"6"}
    assert taken(lanes, (None, ()), (None, {b"5"}), (b"6", both), (b"5", both), (b"6", both)) == [0, 2, 4, 1, 3]
    assert not len(lanes)


def test_large_channels_and_what_was_put_back_wait_for_nobody():
    """
    The longest work begins first whatever its guild, and so does what has to be done again.
    """
    lanes = Lanes([lane(0, b"5", 1 << 30), lane(1, b"6"), lane(2, b"5")])
    assert taken(lanes, (b"6", ())) == [0]
    lanes.put_back(Lane([3]))
    assert taken(lanes, (b"5", ()), (b"5", ())) == [3, 2]


@pytest.mark.parametrize(
    ("status", "ended_for_memory", "in_content", "reason"),
    [
        (OUT_OF_MEMORY, False, True, "too-much-memory"),
        (-signal.SIGKILL, True, True, "too-much-memory"),
        (-signal.SIGKILL, False, True, "stopped"),
        (-signal.SIGKILL, True, False, "stopped"),
        (-signal.SIGTERM, True, True, "stopped"),
        (-signal.SIGHUP, False, True, "stopped"),
        (-signal.SIGSEGV, False, True, "ends-the-reader"),
        (-signal.SIGABRT, False, True, "ends-the-reader"),
        (-signal.SIGBUS, False, False, "stopped"),
        (1, False, True, "ends-the-reader"),
    ],
)
def test_who_is_to_blame(status, ended_for_memory, in_content, reason):
    """
    Only what the content of a file can do is held against the file.
    """
    death = death_of(status, **MEMORY, ended_for_memory=ended_for_memory, in_content=in_content)
    assert (death.reason, death.by_file) == (reason, reason != "stopped")


def test_a_verdict_needs_two_deaths_of_a_kind():
    """
    One death proves nothing, and one from outside is no help to convict a file.
    """
    by_file, outside = Death("ends-the-reader", "", by_file=True), Death("stopped", "", by_file=False)
    suspects = Suspects()
    assert [suspects.verdict(1, death) for death in (outside, by_file, by_file)] == [None, None, by_file]
    assert [suspects.verdict(2, death) for death in (by_file, outside, outside)] == [None, None, outside]
    assert suspects.verdict(3, by_file) is None


def test_the_kernel_tells_whether_memory_ran_out(tmp_path):
    """
    Its counter where there is one, None where there is not.
    """
    counters = tmp_path / "vmstat"
    counters.write_text("nr_free_pages 17\noom_kill 3\nother 1\n")
    assert processes_ended_for_memory(counters) == 3
    counters.write_text("nr_free_pages 17\n")
    assert processes_ended_for_memory(counters) is None
    assert processes_ended_for_memory(tmp_path / "none") is None
