"""
Texts that try to become something else on the page: markup, links, pings, broken tables, invisible or reordered words.

hostile.jsonl holds what was written by hand, one JSON string a line, so that nothing in it acts on an editor. Here
it is multiplied by the places in which such a text likes to hide, and by sheer length.
"""

import json
from pathlib import Path

_WRITTEN = [json.loads(line) for line in (Path(__file__).parent / "hostile.jsonl").read_text().splitlines()]

_LONG = (
    *(sign * 500 for sign in "|`\\[<*_&@"),
    *(part * 200 for part in ("👩\u200d", "🇫🇮", "👍🏽", "漢字", "ﷺ", "𒐫", "e\u0301")),
    "a" * 5000,
    "a " * 3000,
    "e" + "\u0301" * 60,
)
_WRAPPERS = ("{}", "x{}", "{}x", "({})", "“{}”", "a {} b", "1. {}", "- {}", "**{}**", "`{}`", "\n{}\n", "a\n\n{}")
_MULTIPLIED = (
    "<b>",
    "[x](https://evil.example)",
    "https://evil.com",
    "a|b",
    "@everyone",
    "<@123>",
    "*x*",
    "&lt;",
    "www.evil.com",
)

HOSTILE = tuple(
    dict.fromkeys(
        [*_WRITTEN, *_LONG]
        + [wrapper.replace("{}", text) for wrapper in _WRAPPERS for text in _MULTIPLIED]
        + [first + second for first in _MULTIPLIED for second in _MULTIPLIED]
    )
)
