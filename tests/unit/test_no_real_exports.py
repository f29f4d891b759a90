"""Nobody's messages and nobody's secrets are published with the code, in no commit: what is public once stays so."""

import gzip
import io
import json
import re
import subprocess
import zipfile
import zlib
from contextlib import suppress
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
OTHER_FORMATS = re.compile(
    r'<div class="?chatlog\b|\A={20,}\r?\nGuild: [^\n]*\nChannel: [^\n]*\n'  # HTML, and plain text
)


def is_export(data):
    """Whether some bytes are an export: in any of the exporter's formats, in any encoding, also packed."""
    return any(is_export_shaped(text) for part in unpacked(data) for text in decoded(part))


def unpacked(data):
    """The bytes, or those that are packed in them."""
    with suppress(OSError, EOFError, zlib.error):
        return [gzip.decompress(data)]
    if data.startswith(b"PK\x03\x04"):
        with suppress(zipfile.BadZipFile, RuntimeError), zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [archive.read(name) for name in archive.namelist()]
    return [data]


def decoded(data):
    """The bytes as text: UTF-8 or, where every second one is NUL, UTF-16."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:
        yield data.decode("utf-16", "replace")
    yield data.decode("utf-8", "replace")


def is_export_shaped(text):
    """Whether a text is an export, of JSON, CSV, HTML or plain text."""
    text = text.lstrip("\ufeff \t\r\n")
    if text.startswith("AuthorID,Author,Date,Content") or OTHER_FORMATS.search(text):
        return True
    if not all(f'"{key}"' in text for key in ("guild", "channel", "messages")):
        return False
    try:
        value = json.loads(text)
    except ValueError:
        return text.startswith("{")  # cut off, perhaps, and still people's messages
    kinds = {"guild": dict, "channel": dict, "messages": list}
    return isinstance(value, dict) and all(isinstance(value.get(key), kind) for key, kind in kinds.items())


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
        if outside and is_export(body):
            found |= {f"{name}: an export" for name in outside}
        found |= {f"{name}: a file of secrets" for name in names if Path(name).name == ".env"}
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


def zipped(data):
    """A ZIP archive with a file of these bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.json", data)
    return target.getvalue()


REFUSED = {
    "notes.txt": EXPORT,
    "cut.json": EXPORT[:-5],
    "pretty.json": json.dumps(json.loads(EXPORT), indent=2),
    "marked.json": "\ufeff" + EXPORT,
    "wide.json": EXPORT.encode("utf-16"),
    "packed.json.gz": gzip.compress(EXPORT.encode()),
    "packed.zip": zipped(EXPORT),
    "tips.csv": "AuthorID,Author,Date,Content,Attachments,Reactions\n1,mira,2026-03-01,hello,,\n",
    "tips.html": '<!DOCTYPE html>\n<div class="chatlog">\n<div class=chatlog__message-group>hello</div></div>',
    "tips.txt": "=" * 62 + "\nGuild: Fern & Moss Club\nChannel: Growing / tips\n" + "=" * 62 + "\n\n[1] mira\nhello\n",
    ".env": "DISCORD_TOKEN=\n",
}
ALLOWED = {
    "tool.json": '{"guild": 1}',
    "words.json": '{"guild": "server", "channel": "channel", "messages": "messages"}',
    "schema.json": '{"properties": {"guild": {}, "channel": {}, "messages": {"type": "array"}}}',
    "list.json": '[{"guild": {}, "channel": {}, "messages": []}]',
    "reader.py": 'KEYS = {"guild", "channel", "messages"}',
    "people.csv": "Author,Date\nmira,2026-03-01\n",
    "page.html": '<!DOCTYPE html><div class="chat">chatlog</div>',
    ".env.example": "DISCORD_TOKEN=\n",
    "sample/export.json": EXPORT,
    "sample/packed.zip": zipped(EXPORT),
}


def test_exports_are_recognised_in_any_form_and_nothing_else(repository):
    """
    The guard itself works: whole or cut off, in every format of the exporter, packed, under any name.
    """
    (repository / "sample").mkdir()
    for name, content in {**REFUSED, **ALLOWED}.items():
        (repository / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    git(repository, "add", "--force", ".")
    kinds = {name: "a file of secrets" if name == ".env" else "an export" for name in REFUSED}
    assert misplaced(repository) == sorted(f"{name}: {kind}" for name, kind in kinds.items())


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
