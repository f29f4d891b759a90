"""The one way by which a command's words reach a terminal: nothing that came from outside steers it or hides in it."""

import json
import re

import typer

STEERS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f]"
)
"""
Control characters but tab and line feed, what turns the direction of text, what nobody sees, and halves of characters,
which no output can hold. The two joiners stay: emoji and some scripts need them.
"""


def harmless(text: str) -> str:
    r"""Return *text* with characters that steer a terminal as JSON and people write them, such as ``\u001b``."""
    return STEERS.sub(lambda found: json.dumps(found.group())[1:-1], text)


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print *text*, made harmless, on stdout or (*err*) on stderr; JSON still means the same."""
    typer.echo(harmless(text), err=err, nl=nl)
