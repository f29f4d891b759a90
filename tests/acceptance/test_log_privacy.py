"""The log holds ids and counts: whatever runs or fails, no name, text or token, and each line is JSON."""

import json
import os
import subprocess
import sys

import pytest
from export_documents import document, message

WORDS = ("canaryguild", "canarychannel", "canaryauthor", "canarycontent", "canarytoken")


@pytest.fixture
def exports(tmp_path):
    """A good export, a cut one and no export at all; every text in them is a canary."""
    folder = tmp_path / "canaryfolder"
    folder.mkdir()
    messages = [message(number, content="canarycontent\nof two lines") for number in range(1, 6)]
    for one in messages:
        one["author"]["name"] = one["author"]["nickname"] = "canaryauthor"
    whole = document(*messages)
    whole["guild"]["name"], whole["channel"]["name"] = "canaryguild", "canarychannel"
    text = json.dumps(whole)
    (folder / "canarychannel.json").write_text(text, encoding="utf-8")
    (folder / "canarychannel-cut.json").write_text(text[: len(text) * 2 // 3], encoding="utf-8")
    (folder / "canarychannel-no.json").write_text('{"canarycontent": 1}', encoding="utf-8")
    return folder


def test_no_log_line_holds_a_name_a_text_or_the_token(new_terminal, exports):
    """Import with failures, report, digest, no report to verify, no exporter to collect with, a wrong option."""
    home = new_terminal("analysis:\n  enabled: false\n").home
    secret = {"LOG_FORMAT": "json", "DISCORD_TOKEN": "canarytoken.of.nobody", "DISCORD_AIRFLOW_HOME": str(home)}
    lines = []
    for statuses, *command in (
        ({65}, "import", str(exports)),
        ({0}, "report", "--until", "2026-03-08"),
        ({0}, "digest", "--until", "2026-03-08"),
        ({65, 74}, "verify", str(exports / "canarychannel.json")),
        ({74, 77, 78}, "collect", "--guild", "1"),
        ({64}, "import", "--canarycontent"),
    ):
        program = [sys.executable, "-m", "discord_airflow", "-vv", *command]
        done = subprocess.run(
            program, env={**os.environ, **secret}, cwd=home, capture_output=True, text=True, check=False
        )
        assert done.returncode in statuses, done.stderr
        lines += done.stderr.splitlines()
    told = [json.loads(line) for line in lines]
    assert {"run begins", "file read", "run failed", "command failed"} <= {one["event"] for one in told}
    assert [line for line in lines if any(word in line for word in WORDS)] == []
    assert all({"event", "level", "timestamp"} <= one.keys() for one in told)
