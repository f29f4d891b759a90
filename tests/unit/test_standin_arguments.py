"""The stand-in reads command lines and names files by the real program's rules."""

import re

import pytest
from standin.arguments import bind, split_command_line
from standin.failures import UsageError
from standin.filters import parse_filter
from standin.help import help_text
from standin.naming import Naming, parse_limit, part_path
from standin.texts import empty_text, failures_heading
from standin.versions import HEAD, parse_version
from standin.writing import id_at

TOKEN = {"DISCORD_TOKEN": "x"}


def values(*argv, version=HEAD, environment=TOKEN):
    return bind(split_command_line(argv, version), environment, version)


def complaint(*argv, version=HEAD, environment=TOKEN):
    with pytest.raises(UsageError) as caught:
        values(*argv, version=version, environment=environment)
    return str(caught.value)


def test_commands_and_long_options_ignore_case_and_letters_do_not():
    """EXPORT --Channel is understood, -F is not -f."""
    assert values("EXPORT", "--CHANNEL", "1", "--Format", "json")["format"] == "Json"
    assert complaint("export", "-c", "1", "-F", "json") == "Unrecognized option(s):\n-F"


def test_an_equals_sign_makes_an_unknown_option():
    """Values follow a blank."""
    assert complaint("export", "-c", "1", "--format=Json") == "Unrecognized option(s):\n--format=Json"


def test_several_values_follow_one_option_or_repeated_ones():
    """-c 1 2 3 is -c 1 -c 2 -c 3."""
    assert values("export", "-c", "1", "2", "3")["channel"] == [1, 2, 3]
    assert values("export", "-c", "1", "-c", "2", "-f", "Json", "-c", "3")["channel"] == [1, 2, 3]


def test_a_scalar_given_twice_is_an_error():
    """The values are listed in angle brackets."""
    assert complaint("export", "-c", "1", "-t", "a", "-t", "b") == (
        "Option -t|--token expects a single argument, but provided with multiple:\n<a> <b>"
    )


def test_letters_behind_one_dash_are_so_many_options():
    """-bf Json is -b and -f Json; digits behind a dash are a value."""
    found = values("export", "-c", "1", "-bf", "Json")
    assert (found["bot"], found["format"]) == (True, "Json")
    assert complaint("export", "-c", "-5").startswith(
        "Option -c|--channel cannot be set from the provided argument(s):"
    )


def test_what_begins_with_a_dash_and_a_letter_is_an_option_even_in_quotes():
    """Hence the tilde as negation in a filter."""
    assert complaint("export", "-c", "1", "--filter", "-rain") == "Unrecognized option(s):\n-r, -a, -i, -n"
    assert values("export", "-c", "1", "--filter", "~from:mira")["filter"] is not None


@pytest.mark.parametrize(("raw", "value"), [([], True), (["true"], True), (["FALSE"], False)])
def test_a_boolean_is_bare_or_true_or_false(raw, value):
    """Not 1 or 0."""
    assert values("export", "-c", "1", "--utc", *raw)["utc"] is value


def test_a_boolean_is_not_a_number_except_one():
    """Only --fuck-russia takes 1, for its environment variable."""
    assert complaint("export", "-c", "1", "--utc", "1") == (
        "Option --utc cannot be set from the provided argument(s):\n<1>\n"
        "Error: String '1' was not recognized as a valid Boolean."
    )
    assert values("export", "-c", "1", environment=TOKEN | {"FUCK_RUSSIA": "1"})["fuck-russia"] is True


@pytest.mark.parametrize(("raw", "value"), [("json", "Json"), ("4", "Json"), ("PLAINTEXT", "PlainText")])
def test_an_enumeration_is_a_name_in_any_case_or_a_number(raw, value):
    """HtmlDark is the default."""
    assert values("export", "-c", "1", "-f", raw)["format"] == value
    assert values("export", "-c", "1")["format"] == "HtmlDark"
    assert "Error: Requested value 'xml'" in complaint("export", "-c", "1", "-f", "xml")


@pytest.mark.parametrize(
    ("raw", "mode"), [([], "active"), (["true"], "active"), (["false"], "none"), (["All"], "all"), (["none"], "none")]
)
def test_threads_are_asked_for_by_mode_or_boolean(raw, mode):
    """Bare or true means the active ones."""
    assert values("exportguild", "-g", "1", "--include-threads", *raw)["include-threads"] == mode


def test_an_unreadable_boundary_is_named():
    """The three lines to match."""
    assert complaint("export", "-c", "1", "--after", "xyz") == (
        "Option --after cannot be set from the provided argument(s):\n<xyz>\nError: Invalid snowflake 'xyz'."
    )


def test_what_is_required_is_asked_for_unless_the_environment_has_it():
    """The token may come from DISCORD_TOKEN; the channel may not."""
    assert complaint("export", environment={}) == "Missing required option(s):\n-c|--channel, -t|--token"
    assert complaint("export") == "Missing required option(s):\n-c|--channel"
    assert values("guilds", "-t", "mine")["token"] == "mine"


def test_parameters_are_unexpected():
    """What stands before the options, or instead of a command."""
    assert complaint("export", "123", "-c", "1") == "Unexpected parameter(s):\n<123>"
    assert complaint("exportt", "12") == "Unexpected parameter(s):\n<exportt> <12>"


@pytest.mark.parametrize(
    ("argv", "since"),
    [
        (("export", "-c", "1", "--utc"), "2.41"),
        (("export", "-c", "1", "--reverse"), "2.47"),
        (("export", "-c", "1", "--markdown", "false"), "2.38"),
        (("export", "-c", "1", "--include-threads", "all"), "2.46"),
        (("exportguild", "-g", "1", "--include-threads", "all"), "2.41"),
        (("exportguild", "-g", "1", "--include-vc", "false"), "2.40.1"),
        (("guilds", "--respect-rate-limits", "false"), "2.45"),
        (("export", "-c", "1", "--filter", "x"), "2.29"),
        (("export", "-c", "1", "--media-dir", "x"), "2.39"),
        (("export", "-c", "1", "--locale", "fi"), "2.41"),
        (("export", "-c", "1", "--fuck-russia"), "2.37.1"),
    ],
)
def test_an_option_is_unknown_to_releases_before_it(argv, since):
    """A collector must not ask an old release for what it cannot do."""
    release = parse_version(since)
    values(*argv, version=release)
    major, minor, patch = release
    before = (major, minor, patch - 1) if patch else (major, minor - 1, 9)
    option = next(argument for argument in argv if argument.startswith("--"))
    assert complaint(*argv, version=before) == f"Unrecognized option(s):\n{option}"


def test_help_names_every_option_of_a_command():
    """Required ones are marked; an old release has fewer."""
    text = help_text("export", HEAD)
    assert re.search(r"^\* -c\|--channel", text, re.MULTILINE)
    assert "--utc" in text
    assert "--utc" not in help_text("export", (2, 40, 4))
    assert "exportguild" in help_text(None, HEAD)


@pytest.mark.parametrize(
    ("text", "messages", "size"),
    [("1000", 1000, None), ("10kb", None, 10_000), ("1.5 MB", None, 1_500_000), ("2Gb", None, 2 * 10**9)],
)
def test_a_partition_is_a_count_or_a_decimal_size(text, messages, size):
    """1 kb is 1000 bytes."""
    limit = parse_limit(text)
    assert (limit.messages, limit.size) == (messages, size)


def test_other_partitions_are_refused():
    """In the words of the program."""
    assert complaint("export", "-c", "1", "-p", "10tb").endswith("Error: Invalid partition limit '10tb'.")


GUILD = {"id": 9, "name": "Moss: the Club"}
CATEGORY = {"id": 7, "name": "Growing", "position": 2}
TIPS = {"id": 8, "name": "tips?", "parent": CATEGORY, "position": 5, "type": 0}
LONE = TIPS | {"parent": None}
JANUARY, FEBRUARY = id_at("2024-01-01T12:00:00+00:00"), id_at("2024-02-01T12:00:00+00:00")


def named(pattern, channel=TIPS, version=HEAD, **bounds):
    return Naming(pattern, "Json", version, "2024-03-05", **bounds).path_for(GUILD, channel)


def test_default_names_hold_the_place_the_id_and_the_range(tmp_path):
    """`<Server> - <Parent> - <Channel> [<id>]<range>.json`; up to 2.40.4 there always was a parent."""
    folder = str(tmp_path)
    assert named(folder) == f"{folder}/Moss_ the Club - Growing - tips_ [8].json"
    assert named(folder, LONE) == f"{folder}/Moss_ the Club - tips_ [8].json"
    assert named(folder, LONE, (2, 40, 4)) == f"{folder}/Moss: the Club - Text - tips? [8].json"
    assert named(folder, LONE, after=JANUARY).endswith("tips_ [8] (after 2024-01-01).json")
    assert named(folder, LONE, before=FEBRUARY).endswith("tips_ [8] (before 2024-02-01).json")
    assert named(folder, LONE, after=JANUARY, before=FEBRUARY).endswith(" (2024-01-01 to 2024-02-01).json")


def test_an_output_is_a_directory_by_its_looks_or_by_being_one(tmp_path):
    """Without an extension or with a trailing slash it is one; `v2.1` is a file unless it exists as a directory."""
    assert named(f"{tmp_path}/new").startswith(f"{tmp_path}/new/Moss")
    assert named(f"{tmp_path}/v2.1") == f"{tmp_path}/v2.1"
    assert named(f"{tmp_path}/v2.1/").startswith(f"{tmp_path}/v2.1/Moss")
    (tmp_path / "v2.1").mkdir()
    assert named(f"{tmp_path}/v2.1").startswith(f"{tmp_path}/v2.1/Moss")


def test_templates_are_replaced_by_sanitised_values():
    """Ids, names, positions, dates and the per cent sign itself; what is missing is empty."""
    assert (
        named("/o/%g-%G-%t-%T-%c-%C-%p-%P-%d-%%-%z.json")
        == "/o/9-Moss_ the Club-7-Growing-8-tips_-5-2-2024-03-05-%-%z.json"
    )
    assert named("/o/%t%T_%P.json", LONE) == "/o/_0.json"


def test_parts_are_numbered_from_the_second_on():
    """`name [part 2].json`."""
    assert [part_path("/o/a.b.json", part) for part in range(3)] == [
        "/o/a.b.json",
        "/o/a.b [part 2].json",
        "/o/a.b [part 3].json",
    ]


EMPTY_FILE = "; an empty file will be created."


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("2.26", "No messages for the specified period."),
        ("2.31", "No messages found for the specified period."),
        ("2.37.1", "No messages found for the specified period."),
        ("2.38", "Channel is empty or contains no messages for the specified period."),
        ("2.40.1", "Channel is empty or contains no messages for the specified period."),
        ("2.40.2", "Channel does not contain any messages within the specified period."),
        ("2.42.8", "Channel 'tips' of guild 'Moss' does not contain any messages within the specified period."),
        (
            "2.45",
            "Channel 'tips' of guild 'Moss' does not contain any messages within the specified period" + EMPTY_FILE,
        ),
    ],
)
def test_an_empty_period_is_told_in_the_words_of_the_release(version, text):
    """Five wordings over the years."""
    assert empty_text("tips", "Moss", parse_version(version), in_period=True, matching=False) == text


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("2.42.7", "Failed to export 2 channel(s):"),
        ("2.42.8", "Failed to export 2 the following channel(s):"),
        ("2.44.2", "Failed to export 2 the following channel(s):"),
        ("2.45", "Failed to export the following channel(s):"),
    ],
)
def test_the_list_of_failures_has_the_heading_of_the_release(version, text):
    """Three wordings over the years."""
    assert failures_heading(2, parse_version(version)) == text


class People:
    """A server that knows two people."""

    def user(self, key):
        names = {1: ("mira", "Mira"), 2: ("otto", None)}
        return {"id": key, "name": names[key][0], "global_name": names[key][1], "discriminator": "0001"}


MESSAGE = {
    "content": "Rain water, https://moss.example",
    "author": 1,
    "mentions": [2],
    "embeds": [{"title": "Moss care"}],
    "attachments": [{"name": "jar.PNG"}],
    "reactions": [{"emoji": {"id": None, "name": "👍", "animated": False}}],
}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("rain", True),
        ("rai", False),
        ("moss", True),
        ('"rain water"', True),
        ("from:Mira", True),
        ("from:mira#0001", True),
        ("from:otto", False),
        ("mentions:otto", True),
        ("mentions:2", True),
        ("reaction:thumbsup", True),
        ("has:link has:embed", True),
        ("has:image & has:file", True),
        ("has:pin", False),
        ("~has:pin", True),
        ("-has:pin", True),
        ("has:pin | from:mira", True),
        ("(has:pin | from:otto) rain", False),
        ("from:otto | rain has:link", True),
        ("'it\\'s'", False),
    ],
)
def test_a_filter_is_terms_with_and_or_not_and_groups(text, fits):
    """Text matches whole words, users match by name, display name, full name or id."""
    assert parse_filter(text)(MESSAGE, People()) is fits


@pytest.mark.parametrize("text", ["(", "a |", "has:nothing", ")", '"open'])
def test_a_filter_that_cannot_be_read_is_an_error(text):
    """It is a bad option value."""
    assert "Error: Invalid filter" in complaint("export", "-c", "1", "--filter", text)
