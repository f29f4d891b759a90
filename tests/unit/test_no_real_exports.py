"""Nobody's messages are published with the code: exports in the repository are invented, in the places for them."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
INVENTED = ("sample/", "tests/")


def is_export_shaped(text):
    """Whether a text is an export: an object with a guild, a channel and messages."""
    if not all(f'"{key}"' in text for key in ("guild", "channel", "messages")):
        return False
    try:
        value = json.loads(text)
    except ValueError:
        return text.lstrip("\ufeff \t\r\n").startswith("{")  # cut off, perhaps, and still people's messages
    return isinstance(value, dict) and {"guild", "channel", "messages"} <= value.keys()


def misplaced(root):
    """The tracked files outside the invented ones that are export-shaped."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    names = [name for name in listed.split("\0") if name and not name.startswith(INVENTED)]
    texts = ((name, root / name) for name in names if (root / name).is_file())
    return [name for name, path in texts if is_export_shaped(path.read_text(encoding="utf-8", errors="replace"))]


def test_exports_stand_only_where_invented_ones_belong():
    """
    A real export that slipped into a commit would be public for ever, so it is refused whatever it is called.
    """
    assert misplaced(ROOT) == []


def test_an_export_is_recognised_under_any_name(tmp_path):
    """
    The guard itself works: whole or cut off, as .json or as anything else.
    """
    export = json.dumps({"guild": {"id": "1"}, "channel": {"id": "2"}, "messages": [{"id": "3"}], "messageCount": 1})
    (tmp_path / "notes.txt").write_text(export)
    (tmp_path / "cut.json").write_text(export[:-5])
    (tmp_path / "tool.json").write_text('{"guild": 1}')
    (tmp_path / "sample").mkdir()
    (tmp_path / "sample" / "export.json").write_text(export)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    assert misplaced(tmp_path) == ["cut.json", "notes.txt"]
