"""The stand-in as a process: listings, what goes to which stream, exit codes, and which files are left."""

import json
import os
import re
import subprocess

import pytest
from standin.example import CHANNEL, GUILD, example_world
from standin.journal import read_journal
from standin.launching import EXECUTABLE, call, install, standin_environment
from standin.population import BOT_TOKEN, USER_TOKEN, populate
from standin.truth import Truth
from standin.world import World

NOW = "2026-03-02T12:00:00+00:00"
TOKEN = "canary-of-the-stand-in"


class Bench:
    """A world in a file, and calls of the program against it."""

    def __init__(self, folder, world):
        self.folder = folder
        self.world = world
        self.path = world.save(folder / "world.json")
        self.out = folder / "out"

    def call(self, *arguments, token=TOKEN, version=None, faults=(), extra=None):
        base = {"PATH": os.environ["PATH"], "TZ": "UTC", "FUCK_RUSSIA": "1"} | (extra or {})
        environment = standin_environment(
            self.world.save(self.path), token=token, version=version, faults=faults, base=base
        )
        return call(arguments, environment, directory=self.folder)

    def export(self, *channels, name="x.json", options=(), **settings):
        target = ("-o", self.out / name)
        return self.call("export", "-c", *channels, "-f", "Json", *target, *options, **settings)

    def document(self, name="x.json"):
        return json.loads((self.out / name).read_bytes())


@pytest.fixture
def bench(tmp_path):
    """A server with a channel of three messages, an empty one, a category, a forum with a post, and a voice channel."""
    world = World(now=NOW)
    guild = world.add_guild("Moss Club")
    mira = world.add_user("mira", global_name="Mira")
    world.add_member(guild, mira)
    world.add_token(TOKEN, kind="user", user=mira)
    bench = Bench(tmp_path, world)
    early = "2026-03-01T00:00:00+00:00"
    bench.guild, bench.mira = guild, mira
    bench.category = world.add_channel(guild, "Talk", kind=4, at=early)
    bench.tips = world.add_channel(guild, "tips", parent=bench.category, at=early)
    bench.quiet = world.add_channel(guild, "quiet", at=early)
    bench.voice = world.add_channel(guild, "voice", kind=2, parent=bench.category, at=early)
    bench.forum = world.add_channel(guild, "questions", kind=15, at=early)
    bench.messages = [
        world.post(bench.tips, mira, text, at=f"2026-03-02T1{n}:00:00Z") for n, text in enumerate("abc", 0)
    ]
    bench.post = world.add_post(bench.forum, mira, "how?", "tell me", at=early)
    bench.thread = world.add_thread(bench.tips, "old talk", archived=True, at=early)
    world.post(bench.thread, mira, "in the thread", at=early)
    return bench


def test_version_is_printed_without_a_command_only(bench):
    """--version names the release in three parts; behind a command it is unknown."""
    assert bench.call("--version", token=None).stdout == "v2.47.0\n"
    assert bench.call("--version", version="2.46.1").stdout == "v2.46.1\n"
    assert bench.call("guilds", "--version").returncode == 1


def test_help_is_on_stdout_with_exit_0(bench):
    """With --help, with -h, and with no arguments at all."""
    for argv in ((), ("--help",), ("-h",), ("export", "--help")):
        result = bench.call(*argv, token=None)
        assert (result.returncode, result.stderr) == (0, "")
        assert "USAGE" in result.stdout


def test_bad_options_are_told_on_stderr_and_help_on_stdout(bench):
    """Exit 1, a blank line, the help text; nothing is exported."""
    result = bench.call("export", "-c", "1", "--format=Json")
    assert result.returncode == 1
    assert result.stderr == "Unrecognized option(s):\n--format=Json\n"
    assert result.stdout.startswith("\nDiscordChatExporter.Cli v2.47.0\n")
    missing = bench.call("guilds", token=None)
    assert (missing.returncode, missing.stderr) == (1, "Missing required option(s):\n-t|--token\n")


def test_guilds_begin_with_the_pseudo_server_and_are_sorted_by_name(bench):
    """Ids are padded to the longest."""
    bench.world.add_guild("Aardvarks")
    lines = bench.call("guilds").stdout.splitlines()
    width = len(str(bench.guild))
    assert lines[0] == f"{'0':<{width}} | Direct Messages"
    assert [line.split(" | ")[1] for line in lines[1:]] == ["Aardvarks", "Moss Club"]


def test_channels_are_listed_by_category_without_their_kinds(bench):
    """Uncategorised first; no categories; forums and voice channels look like any other."""
    result = bench.call("channels", "-g", bench.guild)
    assert result.stdout.splitlines() == [
        f"{bench.forum} | questions",
        f"{bench.quiet} | quiet",
        f"{bench.tips} | Talk / tips",
        f"{bench.voice} | Talk / voice",
    ]
    assert "voice" not in bench.call("channels", "-g", bench.guild, "--include-vc", "false").stdout


def test_threads_are_listed_below_their_parents(bench):
    """Active ones, or archived ones too, with their state at the end of the line."""
    active = bench.call("channels", "-g", bench.guild, "--include-threads").stdout.splitlines()
    assert active[1] == f" * {bench.post} | Thread / how? | Active"
    assert len(active) == 5
    every = bench.call("channels", "-g", bench.guild, "--include-threads", "all").stdout
    assert f"{bench.tips} | Talk / tips\n * {bench.thread} | Thread / old talk | Archived\n" in every


def test_threads_of_channels_without_messages_are_not_found(bench):
    """A channel without `last_message_id` is not searched."""
    thread = bench.world.add_thread(bench.quiet, "whisper", at="2026-03-01T01:00:00Z")
    bench.world.post(thread, bench.mira, "psst", at="2026-03-01T01:00:00Z")
    assert "whisper" not in bench.call("channels", "-g", bench.guild, "--include-threads", "all").stdout


def test_conversations_are_listed_newest_first_and_bots_have_none(bench):
    """The names are the recipients' display names."""
    otto, noor = bench.world.add_user("otto", global_name="Otto"), bench.world.add_user("noor")
    for place, people in enumerate(([otto], [otto, noor])):
        channel = bench.world.add_channel(0, "", kind=1 + 2 * place, recipients=people, at="2026-03-01T00:00:00Z")
        bench.world.post(channel, otto, "hi", at=f"2026-03-01T0{place}:00:00Z")
    names = [line.split(" | ")[1] for line in bench.call("dm").stdout.splitlines()]
    assert names == ["Otto, noor", "Otto"]
    bench.world.add_token("robot", kind="bot")
    assert bench.call("dm", token="robot").stdout == ""


def test_a_successful_export_says_so_on_stdout_alone(bench):
    """The lines of the manual, nothing on stderr, the whole file."""
    result = bench.export(bench.tips)
    assert result.stdout == "Resolving channel(s)...\nExporting 1 channel(s)...\nSuccessfully exported 1 channel(s).\n"
    assert (result.returncode, result.stderr) == (0, "")
    assert [int(m["id"]) for m in bench.document()["messages"]] == bench.messages


def test_the_example_document_comes_out_of_the_program_too(tmp_path):
    """The process writes what the function writes."""
    world = example_world()
    world.add_token(TOKEN, kind="bot")
    bench = Bench(tmp_path, world)
    bench.export(CHANNEL, options=("--utc", "--markdown", "false", "--after", "2024-03-05T00:00:00+00:00"))
    assert (bench.out / "x.json").read_bytes() == EXECUTABLE.with_name("example_document.json").read_bytes()


def test_the_banner_is_nine_lines_and_an_empty_one(bench):
    """It is printed by the export commands unless it is suppressed."""
    shown = bench.export(bench.tips, extra={"FUCK_RUSSIA": "false"}).stdout.splitlines()
    assert (shown[0][0], shown[8][0], shown[9], shown[10]) == ("┌", "└", "", "Resolving channel(s)...")
    assert bench.call("guilds", extra={"FUCK_RUSSIA": "false"}).stdout.startswith("0")
    assert bench.export(bench.tips, options=("--fuck-russia",), extra={"FUCK_RUSSIA": "false"}).stdout.startswith("Res")


def test_a_redirected_container_says_so_on_stderr(bench):
    """And --bot is deprecated."""
    result = bench.call("guilds", "--bot", extra={"DOTNET_RUNNING_IN_CONTAINER": "true"})
    first, second = result.stderr.splitlines()
    assert first.startswith("Warning: The --bot option is deprecated")
    assert second.startswith("Note: Output streams are redirected")


def test_an_empty_channel_gives_a_warning_and_an_empty_file(bench):
    """Since 2.45: exit 0, the warning on stderr, 0 messages, counted as exported."""
    result = bench.export(bench.quiet)
    assert result.returncode == 0
    assert result.stdout.endswith("Successfully exported 1 channel(s).\n\n")
    assert result.stderr == (
        "Warnings reported for the following channel(s):\n"
        "quiet: Channel 'quiet' of guild 'Moss Club' does not contain any messages; an empty file will be created.\n\n"
    )
    assert bench.document()["messages"] == []
    assert (bench.out / "x.json").read_text().endswith('\n  "messages": [],\n  "messageCount": 0\n}')


def test_before_2_45_an_empty_channel_is_an_error_without_a_file(bench):
    """Exit 1 when all channels were empty."""
    result = bench.export(bench.quiet, version="2.44.2")
    assert result.returncode == 1
    assert result.stderr == (
        "Failed to export 1 the following channel(s):\n"
        "quiet: Channel 'quiet' of guild 'Moss Club' does not contain any messages.\n\nExport failed.\n"
    )
    assert not bench.out.exists()


def test_nothing_new_is_seen_from_the_newest_id(bench):
    """A channel whose newest id is not above --after counts as empty, without a download."""
    result = bench.export(bench.tips, options=("--after", bench.messages[-1]))
    assert "within the specified period; an empty file will be created." in result.stderr
    assert bench.document()["messageCount"] == 0
    earlier = bench.export(bench.tips, options=("--before", bench.tips))
    assert "within the specified period" in earlier.stderr


def test_a_deleted_newest_message_gives_an_empty_file_without_a_word(bench):
    """The newest id lies above --after, but no message does."""
    bench.world.delete(bench.messages[-1], at=NOW)
    result = bench.export(bench.tips, options=("--after", bench.messages[-2]))
    assert (result.returncode, result.stderr, bench.document()["messageCount"]) == (0, "", 0)


def test_an_existing_file_is_overwritten_in_place(bench):
    """There is no temporary file: a good export is emptied by the next run."""
    bench.export(bench.tips)
    before = (bench.out / "x.json").stat().st_ino
    bench.export(bench.tips, options=("--after", bench.messages[-1]))
    assert (bench.out / "x.json").stat().st_ino == before
    assert bench.document()["messageCount"] == 0
    assert [path.name for path in bench.out.iterdir()] == ["x.json"]


def test_a_forum_is_listed_as_failed_and_leaves_no_file(bench):
    """By its id, or by exportguild without threads."""
    result = bench.export(bench.forum)
    assert result.returncode == 1
    assert "questions: Channel 'questions' of guild 'Moss Club' is a forum and cannot be exported" in result.stderr
    assert result.stderr.endswith("\n\nExport failed.\n")
    whole = bench.call("exportguild", "-g", bench.guild, "-f", "Json", "-o", f"{bench.out}/")
    assert whole.returncode == 0
    assert "Failed to export the following channel(s):\nquestions: " in whole.stderr
    assert "Successfully exported 3 channel(s)." in whole.stdout


def test_exportguild_with_threads_exports_posts_in_place_of_forums(bench):
    """All threads, also archived ones, one file each."""
    options = ("-f", "Json", "-o", f"{bench.out}/%c.json", "--include-threads", "All")
    result = bench.call("exportguild", "-g", bench.guild, *options)
    assert result.returncode == 0
    assert "Fetching channels...\nFetched 4 channel(s).\nFetching threads...\n" in result.stdout
    assert "Fetched 2 thread(s).\nExporting 5 channel(s)..." in result.stdout
    keys = {bench.tips, bench.quiet, bench.voice, bench.post, bench.thread}
    assert {int(path.stem) for path in bench.out.iterdir()} == keys
    assert keys == Truth(bench.path).channel_ids(bench.guild)


def test_a_user_token_lists_only_threads_with_news_and_a_bot_lists_all(bench):
    """With --after a bot's old threads each give a warning and an empty file."""
    bench.world.add_token("robot", kind="bot")
    options = ("-f", "Json", "-o", f"{bench.out}/%c.json", "--include-threads", "all", "--after", bench.messages[0])
    user = bench.call("exportguild", "-g", bench.guild, *options)
    assert "Fetched 0 thread(s)." in user.stdout
    robot = bench.call("exportguild", "-g", bench.guild, *options, token="robot")
    assert "Fetched 2 thread(s)." in robot.stdout
    assert (
        "tips / old talk: Channel 'old talk' of guild 'Moss Club' does not contain any messages within" in robot.stderr
    )
    assert json.loads((bench.out / f"{bench.thread}.json").read_bytes())["messageCount"] == 0


def test_a_category_stands_for_its_channels(bench):
    """Its direct children, voice channels included."""
    result = bench.call("export", "-c", bench.category, "-f", "Json", "-o", f"{bench.out}/%c.json")
    assert "Exporting 2 channel(s)..." in result.stdout
    assert {int(path.stem) for path in bench.out.iterdir()} == {bench.tips, bench.voice}


def test_several_channels_do_not_fit_one_file(bench):
    """Exit 1 since 2.36; releases before wrote one over the other."""
    result = bench.export(bench.tips, bench.voice)
    assert result.returncode == 1
    assert result.stderr.startswith("Attempted to export multiple channels, but the output path is neither")
    assert not bench.out.exists()
    bench.world.post(bench.voice, bench.mira, "v", at=NOW)
    assert bench.export(bench.tips, bench.voice, version="2.35.2").returncode == 0
    assert [m["content"] for m in bench.document()["messages"]] == ["v"]


def test_one_unknown_id_ends_the_run_before_anything_is_exported(bench):
    """404 or 403 while resolving: an ERROR block, no file for the good id either."""
    for rights, status in (({}, "not found"), ({"forbidden": [bench.voice]}, "forbidden")):
        bench.world.add_token(status, kind="bot", **rights)
        other = bench.voice if rights else 77
        result = bench.call(
            *("export", "-c", bench.tips, other, "-f", "Json", "-o", f"{bench.out}/%c.json"), token=status
        )
        assert result.returncode == 1
        block = result.stderr.splitlines()
        assert block[0] == "ERROR"
        assert block[1].endswith(f"DiscordChatExporterException: Request to 'channels/{other}' failed: {status}.")
        assert all(line.startswith("  at ") for line in block[2:])
        assert not bench.out.exists()


def test_an_invalid_token_is_fatal(bench):
    """An ERROR block with the sentence to match, for every command that asks Discord."""
    for argv in (("guilds",), ("channels", "-g", "1"), ("export", "-c", "1", "-f", "Json")):
        result = bench.call(*argv, token="wrong")
        assert result.returncode == 1
        assert "Exceptions.DiscordChatExporterException: Authentication token is invalid." in result.stderr


def test_a_token_given_as_an_option_works_too(bench):
    """It goes before the environment's."""
    assert bench.call("guilds", "-t", TOKEN, token="wrong").returncode == 0


def test_no_channel_at_all_is_a_failure(bench):
    """A server without channels: exit 1."""
    empty = bench.world.add_guild("Nobody's")
    result = bench.call("exportguild", "-g", empty, "-f", "Json", "-o", f"{bench.out}/")
    assert (result.returncode, result.stderr) == (1, "Export failed.\n")


def test_media_options_need_media(bench):
    """In the words of the program."""
    result = bench.export(bench.tips, options=("--reuse-media",))
    assert (result.returncode, result.stderr) == (1, "Option --reuse-media cannot be used without --media.\n")
    assert "--media-dir cannot be used" in bench.export(bench.tips, options=("--media-dir", "m")).stderr


def test_a_bot_without_history_gets_nothing_and_nobody_says_so(bench):
    """0 messages, exit 0, no warning; before 2.45 an error, as with any empty export."""
    bench.world.add_token("blind", kind="bot", history=False)
    result = bench.export(bench.tips, token="blind")
    assert (result.returncode, result.stderr, bench.document()["messageCount"]) == (0, "", 0)
    old = bench.export(bench.tips, name="old.json", token="blind", version="2.44")
    assert (old.returncode, (bench.out / "old.json").exists()) == (1, False)


def test_a_bot_without_the_content_intent_fails_on_a_page_of_empty_messages(bench):
    """Fatal since 2.41.2, before the first message; older releases export empty texts."""
    bench.world.add_token("deaf", kind="bot", content_intent=False)
    result = bench.export(bench.tips, token="deaf")
    assert result.returncode == 1
    assert "Provided bot account is missing the MESSAGE_CONTENT privileged intent." in result.stderr
    old = bench.export(bench.tips, token="deaf", version="2.41.1")
    assert (old.returncode, {m["content"] for m in bench.document()["messages"]}) == (0, {""})


def test_a_page_with_one_readable_message_hides_a_missing_intent(bench):
    """The bot's own messages have their text."""
    bot = bench.world.add_user("dewbot", bot=True)
    bench.world.post(bench.tips, bot, "mine", at=NOW)
    bench.world.add_token("deaf", kind="bot", user=bot, content_intent=False)
    assert bench.export(bench.tips, token="deaf").returncode == 0
    assert [m["content"] for m in bench.document()["messages"]] == ["", "", "", "mine"]


def test_reverse_ignores_after_in_2_47_only(bench):
    """Newest first; the lower bound works again in later releases."""
    options = ("--reverse", "--after", bench.messages[1])
    bench.export(bench.tips, options=options)
    assert [int(m["id"]) for m in bench.document()["messages"]] == bench.messages[::-1]
    bench.export(bench.tips, options=options, version="2.48")
    assert [int(m["id"]) for m in bench.document()["messages"]] == bench.messages[2:]


def test_media_channels_are_refused_with_400_which_is_fatal(bench):
    """The release does not know their kind."""
    gallery = bench.world.add_channel(bench.guild, "gallery", kind=16, at="2026-03-01T00:00:00Z")
    bench.world.add_post(gallery, bench.mira, "jar", "see", at="2026-03-01T01:00:00Z")
    result = bench.export(gallery)
    assert result.returncode == 1
    assert f"Request to 'channels/{gallery}/messages?limit=1' failed: bad request.\nResponse content: " in result.stderr


def test_quick_channels_print_no_progress_and_slow_ones_below_100(bench):
    """Marks are sampled once a second; STANDIN_PROGRESS=all prints each of them."""
    lines = bench.export(bench.tips, extra={"STANDIN_PROGRESS": "all"}).stdout.splitlines()
    assert lines[2:4] == ["Talk / tips: 33%", "Talk / tips: 66%"]
    assert not any("100%" in line for line in lines)


def test_a_refused_path_is_the_only_place_with_the_channels_id(bench):
    """Old releases had other words, and those around 2.3x printed the request's headers."""
    fault = [{"name": "forbidden", "channel": bench.tips}]
    new = bench.export(bench.tips, faults=fault).stderr.splitlines()
    assert new[1] == f"Talk / tips: Request to 'channels/{bench.tips}/messages?limit=1' failed: forbidden."
    old = bench.export(bench.tips, faults=fault, version="2.40.1").stderr.splitlines()
    assert old[:2] == ["Failed to export 1 channel(s):", "Talk / tips: Access is forbidden."]
    leaky = bench.export(bench.tips, faults=fault, version="2.37").stderr
    assert f"Authorization: {TOKEN}" in leaky


def test_a_world_answers_for_any_moment_of_its_history(bench):
    """Posts, edits, deletions and renames show from their moment on."""
    bench.world.edit(bench.messages[0], "a2", at="2026-03-02T11:30:00Z")
    bench.world.delete(bench.messages[1], at="2026-03-02T11:40:00Z")
    bench.world.alter_channel(bench.tips, name="hints", at="2026-03-02T11:50:00Z")
    seen = {}
    for clock in ("10:30", "11:35", "11:45", "11:55"):
        bench.export(bench.tips, extra={"STANDIN_NOW": f"2026-03-02T{clock}:00+00:00"})
        document = bench.document()
        seen[clock] = document["channel"]["name"], [m["content"] for m in document["messages"]]
    assert seen == {
        "10:30": ("tips", ["a"]),
        "11:35": ("tips", ["a2", "b"]),
        "11:45": ("tips", ["a2"]),
        "11:55": ("hints", ["a2"]),
    }


def test_vanished_channels_are_unknown(bench):
    """404 for the channel, and no line in the listing."""
    bench.world.remove_channel(bench.tips, at="2026-03-02T11:00:00Z")
    assert "failed: not found." in bench.export(bench.tips).stderr
    assert "tips" not in bench.call("channels", "-g", bench.guild).stdout


def test_the_journal_tells_what_was_called_and_never_a_token(bench, tmp_path):
    """One entry a call, with its exit code; of a token only whether it was there."""
    log = tmp_path / "journal"
    bench.call("guilds", extra={"STANDIN_LOG": str(log)})
    bench.call("guilds", "-t", TOKEN, token=None, extra={"STANDIN_LOG": str(log)})
    bench.call("bogus", token=None, extra={"STANDIN_LOG": str(log)})
    first, second, third = read_journal(log)
    assert (first["argv"], first["exit"], first["requests"]) == (["guilds"], 0, 2)
    assert (first["token_in_env"], first["token_in_argv"]) == (True, False)
    assert (second["argv"], second["token_in_env"], second["token_in_argv"]) == (["guilds", "-t", "***"], False, True)
    assert (third["exit"], third["token_in_env"]) == (1, False)
    assert first["at"] <= first["ended_at"]
    assert TOKEN not in log.read_text()


def test_a_world_file_holds_no_token(bench):
    """Only digests, so that a canary found anywhere was leaked by somebody else."""
    assert TOKEN not in bench.path.read_text()


def test_the_installed_program_starts_by_itself(tmp_path, bench):
    """A copy of the launcher names this interpreter and needs no PATH."""
    program = install(tmp_path)
    result = subprocess.run([program, "--version"], env={}, capture_output=True, text=True, check=True)
    assert result.stdout == "v2.47.0\n"


def test_exportall_and_exportdm_cover_servers_and_conversations(tmp_path):
    """Whatever the token sees: a user's conversations too, a bot's servers only."""
    bench = Bench(tmp_path, populate(3, guilds=2, channels=1, messages=5))
    options = ("-f", "Json", "-o", f"{bench.out}/%c.json", "--include-threads", "all")
    result = bench.call("exportall", *options, token=USER_TOKEN)
    assert result.returncode == 0
    truth = Truth(bench.path)
    expected = set().union(*(truth.channel_ids(guild) for guild in [0, *bench.world.guilds]))
    assert {int(path.stem) for path in bench.out.iterdir()} == expected
    for path in bench.out.iterdir():
        document = json.loads(path.read_bytes())
        assert [int(m["id"]) for m in document["messages"]] == truth.message_ids(int(path.stem))
    assert bench.call("exportdm", *options[:4], token=BOT_TOKEN).stderr == "Export failed.\n"


def test_the_same_seed_gives_the_same_world(tmp_path):
    """Down to the bytes of its file."""
    first, second = (populate(7).save(tmp_path / name).read_bytes() for name in "ab")
    assert first == second != populate(8).save(tmp_path / "c").read_bytes()


def test_a_seed_alone_is_enough_to_try_the_program(bench):
    """Without STANDIN_WORLD there is a small world with two known tokens."""
    environment = {"PATH": os.environ["PATH"], "DISCORD_TOKEN": BOT_TOKEN, "STANDIN_SEED": "5"}
    result = call(["guilds"], environment)
    assert re.search(r"\| Fern & Moss Club$", result.stdout, re.MULTILINE)


def test_listings_pad_and_never_mark_the_pipe_in_names(tmp_path):
    """Names may hold the separator; the first one separates."""
    world = World(now=NOW)
    guild = world.add_guild("a | b", guild_id=GUILD)
    world.add_channel(guild, "x | y", channel_id=5_000_000)
    world.add_channel(guild, "z", channel_id=CHANNEL)
    world.add_token(TOKEN)
    bench = Bench(tmp_path, world)
    lines = bench.call("channels", "-g", guild).stdout.splitlines()
    assert [line.split(" | ", 1) for line in lines] == [["5000000           ", "x | y"], [str(CHANNEL), "z"]]
