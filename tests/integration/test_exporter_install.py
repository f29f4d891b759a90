"""`discord-airflow exporter install` against a code host of our own: nothing unchecked is ever unpacked."""

import hashlib
import io
import json
import stat
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from discord_airflow.collectors import install as installer
from discord_airflow.collectors.chat_exporter import PROGRAM
from discord_airflow.errors import AccessDeniedError, ConfigurationError, FileTroubleError, ServiceDownError

ASSET = "DiscordChatExporter.Cli.linux-x64.zip"


def archive(entries=((PROGRAM, b"#!/bin/sh\necho v2.47.0\n"), ("lib/data.txt", b"x"))):
    """Return a zip of *entries*; an entry may be a ZipInfo."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            made.writestr(name, content)
    return buffer.getvalue()


class Host:
    """A code host that serves one release, and remembers what it was asked."""

    def __init__(self):
        self.body = archive()
        self.digest = "sha256:" + hashlib.sha256(self.body).hexdigest()
        self.assets = [ASSET]
        self.asked = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                host.asked.append(self.path)
                if self.path.startswith("/repos/"):
                    listed = [
                        {"name": name, "digest": host.digest, "browser_download_url": f"{host.url}/download/{name}"}
                        for name in host.assets
                    ]
                    body = json.dumps({"assets": listed}).encode()
                else:
                    body = host.body
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def host():
    """A code host on this machine."""
    made = Host()
    yield made
    made.server.shutdown()
    made.server.server_close()


def install(tmp_path, host, **options):
    """Install into *tmp_path* from *host*."""
    return installer.install(tmp_path / "exporter", host=host.url, asset=ASSET, **options)


def test_the_pinned_release_is_installed_and_can_be_run(tmp_path, host):
    """The zip has no executable bit as Python unpacks it; the installation sets it."""
    program = install(tmp_path, host)
    assert program == tmp_path / "exporter" / installer.PINNED / PROGRAM
    assert program.stat().st_mode & stat.S_IXUSR
    assert f"/releases/tags/{installer.PINNED}" in host.asked[0]
    assert (program.parent / "lib" / "data.txt").read_bytes() == b"x"


def test_a_second_installation_asks_nobody(tmp_path, host):
    """What is there is there."""
    install(tmp_path, host)
    host.asked.clear()
    install(tmp_path, host)
    assert host.asked == []


def test_the_first_digest_is_required_ever_after(tmp_path, host):
    """A code host that changes its mind about a release is not believed."""
    program = install(tmp_path, host)
    program.unlink()
    host.body = archive([(PROGRAM, b"evil")])
    host.digest = "sha256:" + hashlib.sha256(host.body).hexdigest()
    with pytest.raises(AccessDeniedError, match="Nothing was unpacked"):
        install(tmp_path, host)
    assert not program.exists()


def test_a_changed_archive_is_refused(tmp_path, host):
    """One flipped bit."""
    host.body = host.body[:-1] + bytes([host.body[-1] ^ 1])
    with pytest.raises(AccessDeniedError, match="Nothing was unpacked"):
        install(tmp_path, host)
    assert not list((tmp_path / "exporter").rglob(PROGRAM))


def test_without_any_digest_nothing_is_installed(tmp_path, host):
    """Older releases have none; the user must vouch."""
    digest, host.digest = host.digest, None
    with pytest.raises(AccessDeniedError, match="--sha256"):
        install(tmp_path, host)
    assert install(tmp_path, host, sha256=digest.removeprefix("sha256:").upper()).is_file()


def test_a_file_of_the_users_is_taken_the_same_way(tmp_path, host):
    """Offline it needs a digest that the user vouches for; the wrong file is refused."""
    mine = tmp_path / "mine.zip"
    mine.write_bytes(host.body)
    host.asked.clear()
    digest = hashlib.sha256(host.body).hexdigest()
    assert install(tmp_path, host, archive=mine, sha256=digest).is_file()
    assert host.asked == []
    mine.write_bytes(archive([(PROGRAM, b"other")]))
    with pytest.raises(AccessDeniedError):
        install(tmp_path, host, archive=mine)


def link_entry():
    """An entry that is a symbolic link."""
    entry = zipfile.ZipInfo("inner")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def device_entry():
    """An entry that is a device."""
    entry = zipfile.ZipInfo("inner")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFCHR | 0o666) << 16
    return entry


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([("../evil", b"x"), (PROGRAM, b"x")], "outside"),
        ([("/etc/evil", b"x"), (PROGRAM, b"x")], "outside"),
        ([("a/../../evil", b"x"), (PROGRAM, b"x")], "outside"),
        ([("..\\evil", b"x"), (PROGRAM, b"x")], "outside"),
        ([("C:evil", b"x"), (PROGRAM, b"x")], "outside"),
        ([(link_entry(), b"/etc/passwd"), (PROGRAM, b"x")], "no plain file"),
        ([(device_entry(), b""), (PROGRAM, b"x")], "no plain file"),
        ([("bomb", b"\0" * 50_000_000), (PROGRAM, b"x")], "beyond belief"),
        ([(f"file{number}", b"") for number in range(2500)], "more than any release"),
        ([("readme", b"x")], "does not hold"),
    ],
)
def test_an_archive_that_plays_tricks_is_refused_even_with_the_right_digest(tmp_path, host, entries, told):
    """Paths that leave the folder, links, devices, bombs: the folder stays empty."""
    host.body = archive(entries)
    host.digest = "sha256:" + hashlib.sha256(host.body).hexdigest()
    with pytest.raises(AccessDeniedError, match=told):
        install(tmp_path, host)
    left = [path.name for path in (tmp_path / "exporter").iterdir()]
    assert left == []
    assert not (tmp_path / "evil").exists()


def test_an_archive_that_is_none_is_refused(tmp_path, host):
    """Not a zip at all, or cut."""
    for body in (b"<html>not found</html>", host.body[: len(host.body) // 2], b""):
        host.body = body
        host.digest = "sha256:" + hashlib.sha256(body).hexdigest()
        with pytest.raises(AccessDeniedError, match="not a sound archive"):
            install(tmp_path, host)


def test_an_oversized_download_is_dropped(tmp_path, host, monkeypatch):
    """No release is that large."""
    monkeypatch.setattr(installer, "_MOST_ARCHIVE_BYTES", 100)
    with pytest.raises(AccessDeniedError, match="larger than any release"):
        install(tmp_path, host)


def test_a_code_host_that_is_away_is_named(tmp_path, host):
    """With what to do instead."""
    host.server.shutdown()
    host.server.server_close()
    with pytest.raises(ServiceDownError, match="--file"):
        install(tmp_path, host)


def test_a_release_without_our_file_is_named(tmp_path, host):
    """The platform's file is missing."""
    host.assets = ["other.zip"]
    with pytest.raises(ServiceDownError, match="lists no"):
        install(tmp_path, host)


def test_a_missing_file_and_an_unknown_platform_are_sentences(tmp_path, host):
    """Exit statuses 74 and 78."""
    with pytest.raises(FileTroubleError, match="cannot be read"):
        install(tmp_path, host, archive=tmp_path / "no.zip", sha256="0" * 64)
    with pytest.raises(ConfigurationError, match="no exporter for sunos5"):
        installer.asset_name("sunos5", "sparc")
    assert installer.asset_name("linux", "aarch64") == "DiscordChatExporter.Cli.linux-arm64.zip"
