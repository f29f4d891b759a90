"""Settings arrive unchanged, and every mistake is one sentence that says where and what."""

import os
import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from discord_airflow.errors import ConfigurationError
from discord_airflow.settings import ENVIRONMENT, HOME_VARIABLE, Settings, load_settings

ROOT = Path(__file__).parents[2]
CONFIG_EXAMPLE = ROOT / "config.example.yaml"
ENV_EXAMPLE = ROOT / ".env.example"

NAUGHTY = [
    *("p w", " leading", "trailing ", "  ", "\t", "a\tb", "tab at the end\t"),
    *("#", "#comment?", "a#b", "a #b", "a # b", " #"),
    *(
        "$",
        "$$",
        "$HOME",
        "${HOME}",
        "${HOME:-x}",
        "pa$$word",
        "$(id)",
        "`id`",
        "%PATH%",
        "%s",
        "%(x)s",
        "{0}",
        "{{x}}",
    ),
    *("'", "''", "it's", "'quoted'", "'", "a'b'c", "ends in '", "' #", "\\'", "'\\"),
    *('"', '""', 'say "hi"', '"quoted"', 'ends in "', '" #', '\\"', '"\\', "\"'", "'\"'"),
    *("\\", "\\\\", "\\\\\\", "C:\\dir\\new", "\\n", "\\t\\r\\0", "\\x41", "\\u00e4", "ends in \\", "\\ "),
    *(
        "=",
        "a=b",
        "==",
        "=x",
        "export X",
        "NAME=value",
        ":",
        "a: b",
        "- a",
        "[a]",
        "{a}",
        "!",
        "!x",
        "&a",
        "*a",
        "|",
        ">",
    ),
    *("ä", "Äiti", "ß", "Ж", "密码", "パス", "كلمة", "🔑", "e\u0301", "\u202e", "\u00a0", "\u2028", "\ufeff", "\u200b"),
    *("null", "None", "true", "yes", "no", "0", "007", "1e3", "~", "-", "--", "-1", "1_000", "2026-01-01", "09:00"),
    *("line\nbreak", "\n", "a\n#b\nDB_NAME=x", "\r", "a\r\nb"),
    *(
        ";",
        "a;b",
        "&&",
        "|x",
        "<",
        ">",
        "(",
        ")",
        "?",
        "*",
        "~/x",
        "/",
        "@",
        "a@b",
        "a/b:c@d",
        ",",
        "'; DROP TABLE x; --",
    ),
    "x" * 5000,
]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty project, so that nobody's own settings are read."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    return tmp_path


def single_quoted(value):
    """Write *value* as .env.example says."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def double_quoted(value):
    """Write *value* as .env.example says, with double quotes."""
    escaped = (
        value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return f'"{escaped}"'


def password_from(home, text):
    """Return the password that `.env` with *text* gives."""
    (home / ".env").write_bytes(text.encode())
    return load_settings().database.password.get_secret_value()


def sentence_of(*, config=None, env=None, environ=None, home):
    """Return the sentence that settings with these contents are refused with."""
    if config is not None:
        (home / "config.yaml").write_text(config, encoding="utf-8")
    if env is not None:
        (home / ".env").write_text(env, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(environ={HOME_VARIABLE: str(home), **(environ or {})})
    assert caught.value.exit_code == 78
    text = str(caught.value)
    assert "\n" not in text
    return text.replace(f"{home}/", "")


@pytest.mark.parametrize("quoted", [single_quoted, double_quoted])
@pytest.mark.parametrize("value", NAUGHTY)
def test_a_quoted_password_arrives_unchanged(home, value, quoted):
    """
    Whatever a password holds, written in quotes as .env.example says it arrives as it was meant.
    """
    assert password_from(home, f"DB_HOST=db\nDB_PASSWORD={quoted(value)}\nDB_USER=me\n") == value


@pytest.mark.parametrize("value", NAUGHTY)
def test_a_password_from_the_environment_arrives_unchanged(home, value):
    """
    The environment is taken literally and wins over `.env`.
    """
    (home / ".env").write_text("DB_PASSWORD=another\n")
    settings = load_settings(environ={HOME_VARIABLE: str(home), "DB_HOST": "db", "DB_PASSWORD": value})
    assert settings.database.password.get_secret_value() == value


@pytest.mark.parametrize(
    "value", ["p$w", "p#w", "p'w", 'p"w', "p\\w", "p w", "pä密w", "${HOME}", "$(id)", "a=b", "a\\nb", "p\\'w", "!%&*"]
)
def test_a_bare_password_arrives_unchanged(home, value):
    """
    Without quotes, everything between the `=` and the end of the line counts, as long as no # follows a space.
    """
    assert password_from(home, f"DB_HOST=db\nDB_PASSWORD={value}\n") == value


@given(value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_any_text_arrives_unchanged(tmp_path_factory, value):
    """
    What holds for the list of naughty values holds for every text.
    """
    home = tmp_path_factory.mktemp("home")
    env_file = home / ".env"
    env_file.write_bytes(f"DB_HOST=db\nDB_PASSWORD={single_quoted(value)}\n".encode())
    settings = load_settings(env_file=env_file, environ={HOME_VARIABLE: str(home)})
    assert settings.database.password.get_secret_value() == value


def test_a_comment_after_a_bare_value_is_not_part_of_it(home):
    """
    The ways of writing a value that .env.example names, and a line that a shell would also take.
    """
    text = "\ufeff# a comment\n\nexport DB_HOST = db.example  # ours\r\nDB_PASSWORD=secret # said nobody\n"
    assert password_from(home, text) == "secret"
    assert load_settings().database.host == "db.example"


def test_an_empty_variable_in_the_environment_switches_the_files_off(home):
    """
    `DB_HOST= make report` uses the embedded database although `.env` names a server.
    """
    (home / ".env").write_text("DB_HOST=db\nDB_NAME=other\n")
    settings = load_settings(environ={HOME_VARIABLE: str(home), "DB_HOST": ""})
    assert (settings.database.host, settings.database.name) == (None, "other")


def test_nothing_set_means_the_defaults(home):
    """
    Without files and variables everything has a value, and every path is absolute.
    """
    settings = load_settings()
    assert settings.database.host is None
    assert settings.database.name == "discord_data"
    assert settings.ollama.model == "mistral"
    assert settings.database.data_directory == home / ".data" / "postgres"
    assert settings.export.directory == home / "collectors" / "exports"
    assert settings.servers == ()


def test_paths_start_at_the_projects_home_wherever_a_command_runs(home, monkeypatch, tmp_path_factory):
    """
    The current directory does not matter; an absolute path and one with ~ stay what they are.
    """
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    (home / "config.yaml").write_text(
        "report: {directory: out}\nexport: {directory: /srv/exports, executable: ~/dce}\n"
    )
    settings = load_settings()
    assert settings.report.directory == home / "out"
    assert settings.export.directory == Path("/srv/exports")
    assert settings.export.executable == Path("~/dce").expanduser()


def test_ids_are_exact_however_they_are_written(home):
    """
    An id in YAML is a number or a text; both arrive with every digit.
    """
    (home / "config.yaml").write_text("servers: [9223372036854775807, '1046379865742569482', 175928847299117063]\n")
    assert load_settings().servers == (9223372036854775807, 1046379865742569482, 175928847299117063)


@pytest.mark.parametrize(
    "value", ["1.0463798657425695e+18", "true", "0", "-5", "'12a'", "9223372036854775808", "''", "1.0"]
)
def test_what_is_no_exact_id_is_refused(home, value):
    """
    A float has lost digits, and the other values never were ids.
    """
    assert "servers.0" in sentence_of(config=f"servers: [{value}]\n", home=home)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("reprot: {}", "config.yaml: reprot is not an option; did you mean report."),
        ("report: {dayz: 7}", "config.yaml: report.dayz is not an option; did you mean report.days?"),
        ("report: {days: 0}", "config.yaml: report.days must be greater than or equal to 1, not 0."),
        ("report: {days: seven}", "config.yaml: report.days must be a valid integer, not 'seven'."),
        ("report: {days: true}", "config.yaml: report.days must be a valid integer, not True."),
        ("report: {timezone: Europe/Helsingfors}", "config.yaml: report.timezone cannot be used: 'Europe/Helsingfors'"),
        ("report: {timezone: }", "config.yaml: report.timezone must be a valid string, not empty."),
        ("report: {names: hidden}", "config.yaml: report.names must be 'shown', 'pseudonym' or 'none', not 'hidden'."),
        ("report: weekly", "config.yaml: report is a group of options, each indented on a line of its own."),
        ("servers: 5", "config.yaml: servers must be a valid list, not 5."),
        ("report: {days: 1}\nreport: {days: 2}", "config.yaml, line 2: report is set twice."),
        ("report: [", "config.yaml, line 1: expected the node content"),
        ("- a\n- b", "config.yaml: options are written as 'name: value', each on a line of its own."),
        ("just text", "config.yaml: options are written as 'name: value', each on a line of its own."),
        ("5: 6", "config.yaml, line 1: 5 is not an option."),
        ("report: {days: 2026-13-45}", "config.yaml: "),
        ("a: &a [*a]", "config.yaml: a is not an option"),
        (
            "database: {password: hunter2}",
            "config.yaml: database.password is not set here; put DB_PASSWORD=... into .env.",
        ),
        ("discord: {token: hunter2}", "config.yaml: discord.token is not set here; put DISCORD_TOKEN=... into .env."),
        ("home: /", "config.yaml: home is not set here; set DISCORD_AIRFLOW_HOME in the environment."),
        ("!!python/object/apply:os.system [id]", "config.yaml, line 1: could not determine a constructor"),
    ],
)
def test_a_mistake_in_the_configuration_is_one_sentence(home, config, sentence):
    """
    The sentence names the file, the option or the line, and what it should have been.
    """
    said = sentence_of(config=config, home=home)
    assert said.startswith(sentence.rstrip(".")), said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ("DB_PASWORD=x", ".env, line 1: DB_PASWORD is not a variable of ours; did you mean DB_PASSWORD?"),
        ("\n\nDB_PASS=x", ".env, line 3: DB_PASS is not a variable of ours; did you mean DB_PASSWORD?"),
        ("DISCORD_TOKN=x", ".env, line 1: DISCORD_TOKN is not a variable of ours; did you mean DISCORD_TOKEN?"),
        ("db_host=x", ".env, line 1: db_host is not a variable of ours; did you mean DB_HOST?"),
        ("DB_NAME=x\nDB_HOST", ".env, line 2: DB_HOST needs a '=' and a value."),
        (
            "DB_NAME=x\nDB_HOST='db",
            ".env, line 2: this is not NAME=value; write a value with quotes or spaces as '...'.",
        ),
        ("DB_HOST=db\nDB_PORT=postgres", "DB_PORT must be a valid integer, unable to parse string as an integer."),
        ("DB_HOST=db\nDB_PORT=70000", "DB_PORT must be less than or equal to 65535."),
        ("DB_PASSWORD=hunter2", "DB_PASSWORD is set but DB_HOST is not: set DB_HOST (for example to localhost) to use"),
        ("DB_HOST=db\nDB_PASSWORD='hun\0ter2'", "DB_PASSWORD cannot be used: it is not UTF-8 text."),
    ],
)
def test_a_mistake_in_the_env_file_is_one_sentence(home, env, sentence):
    """
    The sentence names the file and the line or the variable, and never a value: it may be a secret.
    """
    said = sentence_of(env=env, home=home)
    assert said.startswith(sentence), said
    assert "hun" not in said


def test_variables_of_other_programs_may_stand_in_the_env_file(home):
    """
    Airflow's, Docker Compose's and Ollama's own variables are nobody's misspelling.
    """
    others = (
        "AIRFLOW_UID=50000\nOLLAMA_MODELS=/models\nOLLAMA_NUM_PARALLEL=1\nPOSTGRES_PASSWORD=x\nFERNET_KEY=\nlonely\n"
    )
    (home / ".env").write_text(others)
    assert load_settings() == load_settings(env_file=None, environ={HOME_VARIABLE: str(home)})


@pytest.mark.parametrize("name", ["config", "env_file"])
def test_a_named_file_must_exist(home, name):
    """
    A file that was named and is not there is an error; without a name it may be missing.
    """
    with pytest.raises(ConfigurationError, match="nowhere does not exist"):
        load_settings(**{name: home / "nowhere"})


@pytest.mark.parametrize("name", ["config.yaml", ".env"])
def test_a_file_that_cannot_be_read_is_one_sentence(home, name):
    """
    A directory of that name, and bytes that are not UTF-8, are told in a sentence.
    """
    (home / name).mkdir()
    with pytest.raises(ConfigurationError, match=r"cannot be read: Is a directory"):
        load_settings()
    (home / name).rmdir()
    (home / name).write_bytes("# Passwörter\n".encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"is not UTF-8 text \(byte 7\)"):
        load_settings()


def test_a_home_that_is_no_directory_is_refused(home):
    """
    A mistyped home must not lead to an empty database somewhere else.
    """
    assert "is not a directory" in sentence_of(environ={HOME_VARIABLE: str(home / "missing")}, home=home)


def test_settings_never_change():
    """
    Settings are values: neither they nor their sections can be assigned to.
    """
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.servers = (1,)
    with pytest.raises(ValidationError):
        settings.database.host = "db"


def test_no_secret_is_printed(home):
    """
    Neither the text of the settings nor the sentence about them shows a password or a token.
    """
    secret = "hunter2-canary"
    (home / ".env").write_text(f"DB_HOST=db\nDB_PASSWORD={secret}\nDISCORD_TOKEN={secret}\n")
    settings = load_settings()
    assert secret not in repr(settings) + str(settings) + settings.model_dump_json()
    said = sentence_of(env=f"DB_HOST=db\nDB_PORT={secret}\nDB_PASSWORD={secret}", home=home)
    assert secret not in said


def options(model, prefix=""):
    """Return the dotted name and the default of every option of *model* that config.yaml can set."""
    found = {}
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= options(field.annotation, f"{prefix}{name}.")
        elif (prefix.rstrip("."), name) not in ENVIRONMENT.values() and name != "home":
            found[prefix + name] = field.default
    return found


def example_options(values, prefix=""):
    """Return the dotted name of every option in *values*."""
    found = set()
    for name, value in values.items():
        found |= example_options(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name}
    return found


def test_the_example_shows_every_option_and_its_default(home):
    """
    config.example.yaml holds exactly the options there are, and using it changes nothing.
    """
    assert example_options(yaml.safe_load(CONFIG_EXAMPLE.read_text())) == set(options(Settings))
    assert load_settings(config=CONFIG_EXAMPLE) == load_settings()


def test_every_option_of_the_example_is_explained():
    """
    A comment that ends in a full stop stands above every option.
    """
    lines = CONFIG_EXAMPLE.read_text().splitlines()
    explained = [
        bool(re.fullmatch(r"\s*#.*[.]", above))
        for above, line in pairwise(lines)
        if re.match(r"\s*\w+:", line) and not re.fullmatch(r"\w+:", line)
    ]
    assert len(explained) == len(options(Settings))
    assert all(explained)


def test_the_env_example_shows_every_variable_and_sets_none(home):
    """
    .env.example names exactly the variables there are, all switched off, and is itself a valid file.
    """
    named = set(re.findall(r"^#([A-Z_]+)=", ENV_EXAMPLE.read_text(), re.MULTILINE))
    assert named == set(ENVIRONMENT)
    assert load_settings(env_file=ENV_EXAMPLE) == load_settings()
    switched_on = re.sub(r"^#(?=[A-Z_]+=)", "", ENV_EXAMPLE.read_text(), flags=re.MULTILINE)
    (home / ".env").write_text(switched_on)
    assert load_settings().database.host == "localhost"


def test_the_environment_of_the_process_is_used_by_default(monkeypatch):
    """
    Without an explicit environment the process's own counts.
    """
    monkeypatch.setitem(os.environ, "DB_NAME", "from the process")
    assert load_settings().database.name == "from the process"
