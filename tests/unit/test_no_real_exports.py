"""Nobody's messages and nobody's secrets are published with the code, in no commit: what is public once stays so."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INVENTED = ("sample/", "tests/")
SECRETS = {
    "a bot's token": re.compile(rb"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,45}(?![A-Za-z0-9_-])"),
    "a person's token": re.compile(rb"mfa\.[A-Za-z0-9_-]{80,95}"),
    "a webhook's address": re.compile(rb"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d{17,20}/[A-Za-z0-9_-]{60,}"),
    "a private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{100,}"),
}


def is_export_shaped(text):
    """Whether a text is an export: an object with a guild, a channel and messages."""
    if not all(f'"{key}"' in text for key in ("guild", "channel", "messages")):
        return False
    try:
        value = json.loads(text)
    except ValueError:
        return text.lstrip("\ufeff \t\r\n").startswith("{")  # cut off, perhaps, and still people's messages
    return isinstance(value, dict) and {"guild", "channel", "messages"} <= value.keys()


def secrets_in(data):
    """What kinds of secrets stand in some bytes."""
    return [kind for kind, pattern in SECRETS.items() if pattern.search(data)]


def git(root, *arguments, data=None):
    """The output of a git command."""
    return subprocess.run(("git", *arguments), cwd=root, input=data, capture_output=True, check=True).stdout


def published(root):
    """Every file of every commit that this clone has, and of the index: its names and its bytes."""
    names = {}
    listed = git(root, "rev-list", "--objects", "--all") + b"\n"
    index = git(root, "ls-files", "-s", "-z").split(b"\0")[:-1]
    staged = (line.split(b" ", 2)[1] + b" " + line.split(b"\t", 1)[1] for line in index)
    for line in (*listed.splitlines(), *staged):
        identity, _, name = line.partition(b" ")
        if name:
            names.setdefault(identity, set()).add(name.decode("utf-8", "replace"))
    output = git(root, "cat-file", "--batch", "--buffer", data=b"\n".join(names) + b"\n")
    at = 0
    while at < len(output):
        identity, kind, size = output[at : (end := output.index(b"\n", at))].split(b" ")
        body = output[end + 1 : end + 1 + int(size)]
        at = end + 2 + int(size)
        if kind == b"blob":
            yield names[identity], body


def misplaced(root):
    """What must not be published, in any commit: exports outside the invented ones, and secrets anywhere."""
    found = set()
    for names, body in published(root):
        outside = {name for name in names if not name.startswith(INVENTED)}
        if outside and is_export_shaped(body.decode("utf-8", "replace")):
            found |= {f"{name}: an export" for name in outside}
        found |= {f"{name}: {kind}" for kind in secrets_in(body) for name in names}
    return sorted(found)


def test_no_commit_holds_an_export_or_a_secret():
    """
    A real export that slipped into a commit would be public for ever, so it is refused whatever it is called.
    """
    assert misplaced(ROOT) == []


@pytest.fixture
def repository(tmp_path):
    """An empty repository, with somebody who commits."""
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "user.name", "Somebody")
    git(tmp_path, "config", "user.email", "somebody@example.org")
    return tmp_path


EXPORT = json.dumps({"guild": {"id": "1"}, "channel": {"id": "2"}, "messages": [{"id": "3"}], "messageCount": 1})


def test_an_export_is_recognised_under_any_name(repository):
    """
    The guard itself works: whole or cut off, as .json or as anything else.
    """
    (repository / "notes.txt").write_text(EXPORT)
    (repository / "cut.json").write_text(EXPORT[:-5])
    (repository / "tool.json").write_text('{"guild": 1}')
    (repository / "sample").mkdir()
    (repository / "sample" / "export.json").write_text(EXPORT)
    git(repository, "add", ".")
    assert misplaced(repository) == ["cut.json: an export", "notes.txt: an export"]


def test_what_was_removed_again_is_still_found(repository):
    """
    A later commit that removes it does not take it back.
    """
    (repository / "a.json").write_text(EXPORT)
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "oops")
    git(repository, "rm", "-q", "a.json")
    git(repository, "commit", "-qm", "gone")
    assert misplaced(repository) == ["a.json: an export"]


def test_secrets_of_every_kind_are_recognised(repository):
    """
    Tokens of bots and of people, the addresses of webhooks, private keys: put together here, so that none stands here.
    """
    invented = {
        "a bot's token": ".".join(("MTA" + "x9" * 12, "GaBcDe", "q7" * 19)),
        "a person's token": "mfa." + "k3" * 42,
        "a webhook's address": "https://discord.com/api/webhooks/" + "8" * 18 + "/" + "w5" * 34,
        "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "MIIE" * 40,
    }
    for number, secret in enumerate(invented.values()):
        (repository / f"{number}.txt").write_text(f"before {secret} after")
    git(repository, "add", ".")
    assert misplaced(repository) == [f"{number}.txt: {kind}" for number, kind in enumerate(invented)]
