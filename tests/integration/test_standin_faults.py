"""Every failure the stand-in can play leaves what the real program would leave."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from standin.faults import NAMES
from standin.launching import EXECUTABLE, call, standin_environment
from standin.world import World

NOW = "2026-03-02T12:00:00+00:00"
TOKEN = "canary-of-the-stand-in"
REGULAR_END = '\n    }\n  ],\n  "messageCount": %d\n}'


class Bench:
    """One channel with ten messages, an other with three, and the program set to fail."""

    def __init__(self, folder):
        self.folder, self.out = folder, folder / "out"
        world = self.world = World(now=NOW)
        early = "2026-03-01T00:00:00+00:00"
        self.guild = world.add_guild("Moss Club")
        mira = world.add_user("mira")
        world.add_member(self.guild, mira)
        world.add_token(TOKEN, kind="user", user=mira)
        self.tips, self.news = (world.add_channel(self.guild, name, at=early) for name in ("tips", "news"))
        self.forum = world.add_channel(self.guild, "questions", kind=15, at=early)
        self.messages = [world.post(self.tips, mira, f"m{n}", at=f"2026-03-02T10:00:{n:02d}Z") for n in range(10)]
        self.others = [world.post(self.news, mira, f"n{n}", at=f"2026-03-02T11:00:{n:02d}Z") for n in range(3)]
        world.add_post(self.forum, mira, "how?", "tell me", at=early)
        world.save(folder / "world.json")

    def environment(self, *faults, **settings):
        base = {"PATH": os.environ["PATH"], "TZ": "UTC", "FUCK_RUSSIA": "1"}
        return standin_environment(self.folder / "world.json", token=TOKEN, faults=faults, base=base, **settings)

    def arguments(self, *options):
        target = self.out / "x.json"
        return ["export", "-c", self.tips, "-f", "Json", "--utc", "--markdown", "false", "-o", target, *options]

    def export(self, *faults, options=(), **settings):
        return call(self.arguments(*options), self.environment(*faults, **settings), directory=self.folder)

    def start(self, *faults, **settings):
        """Start an export and let it run."""
        command = (sys.executable, "-IS", EXECUTABLE, *map(str, self.arguments()))
        environment = self.environment(*faults, **settings)
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    @property
    def text(self):
        return (self.out / "x.json").read_text(encoding="utf-8")

    def ids(self):
        return [int(message["id"]) for message in json.loads(self.text)["messages"]]

    def wait_for(self, sign):
        """Wait until the file holds *sign*."""
        deadline = time.monotonic() + 20
        while not ((self.out / "x.json").exists() and sign in self.text):
            assert time.monotonic() < deadline, f"{sign!r} never came"
            time.sleep(0.01)


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def fault(name, **facts):
    return {"name": name, **facts}


def test_a_fault_nobody_knows_is_an_error_of_the_test():
    """Exit 70, which the real program never has, so that a misspelt fault cannot pass for a good run."""
    result = call(["guilds"], {"STANDIN_FAULTS": '[{"name": "explode"}]'})
    assert result.returncode == 70
    assert result.stderr.startswith("stand-in: no fault is called 'explode'")


def test_half_a_file_with_exit_1_is_closed_and_valid(bench):
    """Well-formed, with a correct count: only the exit code and stderr tell."""
    result = bench.export(fault("half-exit-1", after="half"))
    assert result.returncode == 1
    assert result.stderr.startswith("ERROR\n")
    assert bench.ids() == bench.messages[:5]
    assert bench.text.endswith(REGULAR_END % 5)


def test_half_a_file_with_exit_0_is_told_on_stderr_only(bench):
    """The list of failed channels is the only sign."""
    result = bench.export(fault("half-exit-0", after=4))
    assert result.returncode == 0
    assert result.stderr.startswith("Failed to export the following channel(s):\ntips: Request to 'channels/")
    assert bench.text.endswith(REGULAR_END % 4)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_export_is_cut(bench, number):
    """No closing part; what was written is there."""
    result = bench.export(fault("killed", after=3, signal=number))
    assert result.returncode == -number
    assert bench.text.count('"timestamp"') == 3
    assert bench.text.endswith("\n    }")


def test_an_export_killed_inside_a_message_is_cut_there(bench):
    """The file ends somewhere in the message."""
    assert bench.export(fault("killed", after=3, inside=True)).returncode == -9
    assert bench.text.count('"timestamp"') == 4
    assert bench.text.endswith("\n      }")


def test_before_2_46_1_sigterm_ends_with_143(bench):
    """The runtime of older releases took the signal and exited."""
    assert bench.export(fault("killed", after=3, signal=15), version="2.46").returncode == 143
    assert bench.text.count('"timestamp"') == 3


def test_a_file_that_is_cut_although_the_exit_is_0(bench):
    """Nothing on stderr either."""
    result = bench.export(fault("truncated-exit-0", after=2))
    assert (result.returncode, result.stderr) == (0, "")
    assert bench.text.endswith("\n    }")


def test_a_cancelled_export_is_closed_early(bench):
    """As after SIGINT: exit 1, an ERROR block with a cancellation, a valid half file."""
    result = bench.export(fault("cancelled", after=6))
    assert result.returncode == 1
    assert "TaskCanceledException: A task was canceled." in result.stderr
    assert bench.ids() == bench.messages[:6]


def test_sigint_closes_the_file_and_ends_with_1(bench):
    """Handled also while the program waits."""
    process = bench.start(fault("hang", after=2))
    bench.wait_for("m1")
    process.send_signal(signal.SIGINT)
    _out, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "TaskCanceledException" in errors
    assert bench.ids() == bench.messages[:2]


def test_sigint_inside_a_message_closes_at_the_wrong_depth(bench):
    """The closing follows wherever the file is; brackets do not match."""
    process = bench.start(fault("slow-drip", seconds=60, inside=True))
    bench.wait_for('"author"')
    process.send_signal(signal.SIGINT)
    _out, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert f"Failed to export message #{bench.messages[0]} in channel 'tips'" in errors
    assert bench.text.endswith('\n    ],\n    "messageCount": 1\n  }')


def test_sigterm_cuts_and_a_deaf_program_needs_sigkill(bench):
    """A hanging exporter may ignore SIGINT."""
    process = bench.start(fault("hang", after=2, deaf=True))
    bench.wait_for("m1")
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.3)
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == -signal.SIGTERM
    assert bench.text.endswith("\n    }")


def test_an_inherited_ignored_sigint_stays_ignored(bench):
    """As under nohup: the signal does nothing."""
    kept = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = bench.start(fault("hang", after=2))
    finally:
        signal.signal(signal.SIGINT, kept)
    bench.wait_for("m1")
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.3)
    process.kill()
    process.communicate()


def test_a_hang_before_the_first_message_leaves_the_old_file(bench):
    """The target is opened with the first message only."""
    bench.out.mkdir()
    (bench.out / "x.json").write_text("yesterday")
    process = bench.start(fault("hang"), log=bench.folder / "journal")
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.3)
    process.kill()
    process.communicate()
    assert bench.text == "yesterday"


def test_rate_limits_are_waited_out_in_silence(bench):
    """Before each page, without a word: only a deadline helps."""
    process = bench.start(fault("rate-limited"))
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.5)
    process.kill()
    _out, errors = process.communicate()
    assert errors == ""
    assert not (bench.out / "x.json").exists()
    assert bench.export(fault("rate-limited", seconds=0.01)).returncode == 0


@pytest.mark.parametrize(("place", "count"), [({"on": "token"}, None), ({}, 0), ({"after": 5}, 5)])
def test_a_refused_token_is_fatal_at_the_start_and_midway(bench, place, count):
    """Exit 1, an ERROR block; midway the file is closed early."""
    result = bench.export(fault("unauthorized", **place))
    assert result.returncode == 1
    assert "Authentication token is invalid." in result.stderr
    assert (bench.ids() == bench.messages[:count]) if count is not None else not bench.out.exists()


def test_forbidden_messages_overwrite_a_good_file_with_an_empty_one(bench):
    """Since 2.45; before, the good file stays."""
    bench.export()
    good = bench.text
    old = bench.export(fault("forbidden"), version="2.44")
    assert (old.returncode, bench.text) == (1, good)
    new = bench.export(fault("forbidden"))
    assert new.returncode == 1
    assert new.stderr == (
        "Failed to export the following channel(s):\n"
        f"tips: Request to 'channels/{bench.tips}/messages?limit=1' failed: forbidden.\n\nExport failed.\n"
    )
    assert bench.ids() == []


def test_a_refusal_midway_leaves_the_messages_so_far(bench):
    """The path names the page that was asked for."""
    result = bench.export(fault("forbidden", after=7))
    assert f"'channels/{bench.tips}/messages?limit=100&after=0' failed: forbidden." in result.stderr
    assert bench.ids() == bench.messages[:7]


@pytest.mark.parametrize("on", ["guild", "channels", "roles"])
def test_a_refusal_before_the_messages_leaves_no_file(bench, on):
    """403 for the server, its channels or its roles: listed as failed, nothing written."""
    result = bench.export(fault("forbidden", on=on))
    assert result.returncode == 1
    assert "Export failed." in result.stderr
    assert not bench.out.exists()


def test_one_forbidden_channel_of_many_is_listed_and_the_exit_is_0(bench):
    """The run fails only if all channels failed."""
    options = ("exportguild", "-g", bench.guild, "-f", "Json", "-o", f"{bench.out}/%c.json")
    result = call(options, bench.environment(fault("forbidden", channel=bench.tips)))
    assert result.returncode == 0
    assert "Successfully exported 1 channel(s)." in result.stdout
    assert "tips: Request to" in result.stderr
    assert "questions: Channel 'questions'" in result.stderr
    found = {path.stem: json.loads(path.read_bytes())["messageCount"] for path in bench.out.iterdir()}
    assert found == {str(bench.tips): 0, str(bench.news): 3}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bad-request", "failed: bad request.\nResponse content: "),
        ("server-error", "failed: internal server error.\nResponse content: "),
        ("rate-refused", "failed: too many requests.\nResponse content: "),
        ("no-network", "System.Net.Http.HttpRequestException: Resource temporarily unavailable (discord.com:443)"),
    ],
)
def test_other_refusals_end_the_whole_run(bench, name, words):
    """400, 5xx, 429 and a lost network are fatal; channels after it are not exported."""
    options = ("exportguild", "-g", bench.guild, "-f", "Json", "-o", f"{bench.out}/%c.json")
    result = call(options, bench.environment(fault(name, channel=bench.tips, after=4)))
    assert result.returncode == 1
    assert words in result.stderr
    assert "\n  at " in result.stderr
    assert "Successfully" not in result.stdout
    assert json.loads((bench.out / f"{bench.tips}.json").read_bytes())["messageCount"] == 4
    assert not (bench.out / f"{bench.news}.json").exists()


def test_a_lookup_that_is_refused_leaves_nothing_at_all(bench):
    """`-c` with an id that gives 403 or 404."""
    for name in ("forbidden", "not-found"):
        result = bench.export(fault(name, on="channel"))
        assert (result.returncode, result.stderr.splitlines()[0]) == (1, "ERROR")
        assert not bench.out.exists()


@pytest.mark.parametrize("name", ["malformed-close", "unknown-sticker"])
def test_an_error_inside_a_message_leaves_malformed_json(bench, name):
    """The count, at a deeper indent, includes the half-written message."""
    result = bench.export(fault(name, after=3))
    assert result.returncode == 1
    assert f"Failed to export message #{bench.messages[3]} in channel 'tips' (#{bench.tips})" in result.stderr
    assert bench.text.endswith('\n    ],\n    "messageCount": 4\n  }')
    with pytest.raises(json.JSONDecodeError):
        json.loads(bench.text)


def test_an_inner_exception_is_indented_by_four(bench):
    """Type and message of the wrapper, then the cause, then both stacks."""
    lines = bench.export(fault("unknown-sticker", after=3)).stderr.splitlines()
    assert lines[1].startswith("DiscordChatExporter.Core.Exceptions.DiscordChatExporterException: Failed to export")
    assert lines[2].startswith("    System.ArgumentOutOfRangeException: ")
    assert any(line.startswith("      at ") for line in lines)
    assert lines[-1].startswith("  at ")
    old = bench.export(fault("unknown-sticker", after=3), version="2.42.4").stderr.splitlines()
    assert old[1].startswith("System.ArgumentOutOfRangeException: ")


def test_before_2_27_an_error_inside_a_message_cuts_the_file(bench):
    """The writer refused to close what was open; that error is the one told."""
    result = call(
        ["export", "-c", bench.tips, "-f", "Json", "-o", bench.out / "x.json"],
        bench.environment(fault("malformed-close", after=3), version="2.26"),
    )
    assert result.returncode == 1
    assert "System.InvalidOperationException" in result.stderr
    assert bench.text.endswith("}")
    assert "messageCount" not in bench.text


@pytest.mark.parametrize("how", [{"after": 4}, {"bytes": 900}])
def test_a_full_disk_cuts_the_file_in_the_words_of_dotnet(bench, how):
    """The closing cannot be written either."""
    result = bench.export(fault("disk-full", **how))
    assert result.returncode == 1
    assert f"System.IO.IOException: No space left on device : '{bench.out}/x.json'" in result.stderr
    assert "messageCount" not in bench.text
    assert len(bench.text) == 900 or "bytes" not in how


def test_real_trouble_with_files_is_told_in_the_words_of_dotnet(bench):
    """A file where a directory should be, and a name too long for the file system."""
    blocked = bench.folder / "blocked"
    blocked.write_text("a file")
    in_the_way = call(["export", "-c", bench.tips, "-f", "Json", "-o", blocked / "x.json"], bench.environment())
    assert in_the_way.returncode == 1
    assert "System.IO.IOException: " in in_the_way.stderr
    long = call(
        ["export", "-c", bench.tips, "-f", "Json", "-o", bench.out / ("y" * 300 + ".json")], bench.environment()
    )
    assert "System.IO.PathTooLongException: " in long.stderr


def test_another_channel_in_the_file(bench):
    """The file is whole and the exit 0, but it is not the channel that was asked for."""
    result = bench.export(fault("other-channel"))
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(bench.text)["channel"]["id"] == str(bench.news)
    assert bench.ids() == bench.others
    bench.export(fault("other-channel", **{"as": bench.tips}))
    assert json.loads(bench.text)["channel"]["id"] == str(bench.tips)


def test_another_range_in_the_file(bench):
    """--after is not what the dateRange says, and older messages came too."""
    bench.export(fault("other-range"), options=("--after", bench.messages[4]))
    assert json.loads(bench.text)["dateRange"] == {"after": None, "before": None}
    assert bench.ids() == bench.messages
    bench.export(fault("other-range"))
    assert json.loads(bench.text)["dateRange"]["before"] is not None
    assert bench.ids() == bench.messages[:-1]


def test_a_count_that_is_off(bench):
    """MessageCount says one more than there are."""
    bench.export(fault("wrong-count"))
    assert json.loads(bench.text)["messageCount"] == 11


def test_gaps_doubles_and_disorder_are_silent(bench):
    """The file is well-formed and the count agrees with it; only the ids tell, or nothing at all."""
    ids = bench.messages
    for name, expected in (
        (fault("gap", after=3, count=4), ids[:3] + ids[7:]),
        (fault("duplicate", after=3), [*ids[:4], *ids[3:]]),
        (fault("out-of-order", after=3), [*ids[:3], ids[4], ids[3], *ids[5:]]),
        (fault("empty"), []),
    ):
        result = bench.export(name)
        assert (result.returncode, result.stderr) == (0, "")
        assert bench.ids() == expected
        assert json.loads(bench.text)["messageCount"] == len(expected)


def test_keys_of_a_future_release(bench):
    """They stand in root, channel and message."""
    bench.export(fault("future-keys"))
    document = json.loads(bench.text)
    for part in (document, document["channel"], document["messages"][0]):
        assert "standInFutureKey" in part


def test_success_without_a_file(bench):
    """All is said to be well, and nothing is there."""
    result = bench.export(fault("no-file"))
    assert "Successfully exported 1 channel(s)." in result.stdout
    assert (result.returncode, bench.out.exists()) == (0, False)


def test_a_missing_intent_on_demand(bench):
    """For a bot token that otherwise has it."""
    bench.world.add_token("robot", kind="bot")
    bench.world.save(bench.folder / "world.json")
    result = call(bench.arguments(), bench.environment(fault("no-content-intent")) | {"DISCORD_TOKEN": "robot"})
    assert "missing the MESSAGE_CONTENT privileged intent" in result.stderr
    assert result.returncode == 1


@pytest.mark.parametrize(("facts", "code"), [({}, -signal.SIGABRT), ({"code": 134}, 134)])
def test_a_runtime_without_icu_does_not_start(bench, facts, code):
    """Whatever is asked, version included."""
    result = call(["--version"], bench.environment(fault("no-icu", **facts)))
    assert result.returncode == code
    assert result.stderr.startswith("Process terminated. Couldn't find a valid ICU package")


def test_an_exit_code_after_everything_went_well(bench):
    """The file is complete, the exit is not 0."""
    result = bench.export(fault("exit", code=1, stderr="something at the very end"))
    assert (result.returncode, result.stderr) == (1, "something at the very end\n")
    assert bench.ids() == bench.messages


def test_very_much_on_stderr(bench):
    """More than any pipe holds: whoever does not drain it hangs."""
    result = bench.export(fault("huge-stderr", bytes=2_000_000))
    assert len(result.stderr) > 1_900_000
    assert result.returncode == 0


def test_a_leaked_token(bench):
    """For tests that look for the token in logs."""
    assert TOKEN in bench.export(fault("leak-token")).stderr


def test_listings_that_are_garbage_or_incomplete(bench):
    """Nonsense, a missing channel, a forum without its threads."""
    arguments = ["channels", "-g", bench.guild, "--include-threads", "all"]
    plain = call(arguments, bench.environment()).stdout.splitlines()
    assert len(plain) == 4
    garbage = call(arguments, bench.environment(fault("garbage-listing")))
    assert (garbage.returncode, " | Thread" in garbage.stdout) == (0, False)
    for name, gone in (
        (fault("missing-threads", channel=bench.forum), 1),
        (fault("missing-channel", channel=bench.news), 1),
    ):
        assert len(call(arguments, bench.environment(name)).stdout.splitlines()) == len(plain) - gone
    failing = call(arguments, bench.environment(fault("unauthorized", on="channels", command="channels")))
    assert failing.returncode == 1
    assert bench.export(fault("unauthorized", on="channels", command="channels")).returncode == 0


def test_output_may_come_drop_by_drop(bench):
    """Character by character: a reader of lines waits for each."""
    started = time.monotonic()
    assert call(["--version"], bench.environment(fault("drip-output", seconds=0.05))).stdout == "v2.47.0\n"
    assert time.monotonic() - started > 0.05 * len("v2.47.0")


def test_listings_may_hang_or_be_killed(bench):
    """`on` names the request; the exports of the same world are not touched."""
    arguments = ["channels", "-g", bench.guild]
    with pytest.raises(subprocess.TimeoutExpired):
        call(arguments, bench.environment(fault("hang", on="channels", command="channels")), timeout=0.5)
    killed = call(arguments, bench.environment(fault("killed", on="token")))
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "")


def test_a_silent_half_file_with_exit_0(bench):
    """Closed, counted, and nothing said: as releases up to 2.26 could. Only the channel's newest id tells."""
    result = bench.export(fault("half-exit-0", after="half", silent=True))
    assert (result.returncode, result.stderr) == (0, "")
    assert "Successfully exported 1 channel(s)." in result.stdout
    assert bench.ids() == bench.messages[:5]


def test_exported_at_is_later_than_the_frozen_range(bench):
    """What was posted in between is older than exportedAt and yet not in the file."""
    environment = bench.environment(now="2026-03-02T10:00:04+00:00") | {"STANDIN_LAG": "3"}
    call(bench.arguments(), environment)
    assert json.loads(bench.text)["exportedAt"] == "2026-03-02T10:00:07+00:00"
    assert bench.ids() == bench.messages[:5]


def test_waiting_prints_a_heartbeat_with_colours_if_term_says_so(bench):
    """Every started channel is printed again; TERM alone decides about colour codes, NO_COLOR forbids them."""
    slow = fault("rate-limited", seconds=0.25)
    beat = {"STANDIN_HEARTBEAT": "0.1"}
    plain = call(bench.arguments(), bench.environment(slow) | beat | {"TERM": "dumb"})
    assert plain.stdout.splitlines()[2:4] == ["tips: 0%", "tips: 0%"]
    coloured = call(bench.arguments(), bench.environment(slow) | beat | {"TERM": "xterm"})
    assert coloured.stdout.splitlines()[2] == "\x1b[38;5;2mtips: 0%\x1b[0m"
    bare = call(bench.arguments(), bench.environment(slow) | beat | {"TERM": "xterm", "NO_COLOR": "1"})
    assert "\x1b" not in bare.stdout


def test_a_fault_plays_as_often_as_it_may(bench):
    """`times` counts runs, beside the world's file."""
    once = fault("forbidden", times=2)
    assert [bench.export(once).returncode for _ in range(3)] == [1, 1, 0]


def test_a_slow_drip_takes_its_time(bench):
    """Each message waits; the file grows while it is watched."""
    process = bench.start(fault("slow-drip", seconds=0.05))
    bench.wait_for("m2")
    assert "messageCount" not in bench.text
    process.communicate(timeout=20)
    assert bench.ids() == bench.messages


def test_every_fault_is_played_by_some_test():
    """This file names them all."""
    source = EXECUTABLE.parents[1] / "integration" / "test_standin_faults.py"
    text = source.read_text(encoding="utf-8")
    assert [name for name in sorted(NAMES) if f'"{name}"' not in text] == []
