"""
How messages stand in a prompt: one line each, opened by handles, with nothing in them that could be taken for more.

Handles (`m12|u3|`) are short, so a prompt holds more messages than with names, ids and times (a snowflake costs twenty
tokens), and they are all a model can refer to: what it cannot name it cannot get wrong.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from discord_airflow.queries.source_rows import SourceMessage
from discord_airflow.queries.tokens import estimate_tokens

LINE_BREAK = " ⏎ "
CUT = " [cut]"
MESSAGE_TOKENS = 1200
FENCE_LINES = 12
QUIET = timedelta(minutes=30)

_FENCE = re.compile(r"```[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\s*\n\s*")
# What chat templates of models use to begin a turn. Nobody writes these to people.
_CONTROL = re.compile(
    r"\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]|<\|[^|\n]{0,40}\|>|<</?SYS>>|</?s>"
    r"|<\uff5c[^\uff5c\n]{0,40}\uff5c>|<(?:start|end)_of_turn>",
    re.IGNORECASE,
)
_INVISIBLE = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    r"\U000e0000-\U000e007f]"
)
_CHANNEL_SIGNS = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class CleanText:
    """A message's text as the prompt shows it; *is_cut* when the end is missing."""

    text: str
    tokens: int
    is_cut: bool


def clean(message: SourceMessage, limit: int = MESSAGE_TOKENS) -> CleanText:
    """Return the text of *message* on one line, without invisible signs and turn markers, of *limit* tokens at most."""
    text = message.content
    if "```" in text:
        text = _FENCE.sub(_shorten_fence, text)
    if not text.isascii() or not text.isprintable():
        text = _INVISIBLE.sub("", text)
    if "[" in text or "<" in text:
        text = _CONTROL.sub(" ", text)
    text = _on_one_line(text)
    if not text and message.attachments:
        text = "(files only)"
    tokens = estimate_tokens(text)
    if tokens <= limit:
        return CleanText(text, tokens, is_cut=False)
    return _cut(text, limit)


def _on_one_line(text: str) -> str:
    if "\n" in text:
        return _BREAKS.sub(LINE_BREAK, _SPACES.sub(" ", text).strip())
    return " ".join(text.split())


def channel_heading(message: SourceMessage) -> str:
    """Return the line that opens the messages of a channel; its name keeps letters, digits and dashes only."""
    kind = "thread" if message.is_thread else "channel"
    name = _CHANNEL_SIGNS.sub("-", message.channel_name)[:40].strip("-")
    return f"== {kind} {name or 'unnamed'}"


def message_line(handle: str, author: str, text: str, reply: str | None, *, is_context: bool) -> str:
    """Return ``m12|u3| text``, with ``>m7`` when it answers a message shown here and ``~`` when it is only context."""
    answers = f">{reply}" if reply else ""
    return f"{handle}|{author}{answers}|{'~' if is_context else ''} {text}"


LINE_TOKENS = 16
"""More than what the handles of a line can cost: two handles, a reply, three bars, a line break."""

HEADING_TOKENS = 40
"""More than what a heading of forty letters costs in most scripts; the chunk is measured as a whole anyway."""


def _shorten_fence(match: re.Match[str]) -> str:
    lines = match[1].rstrip("\n").split("\n")
    kept = lines[:FENCE_LINES]
    if len(lines) > FENCE_LINES:
        kept.append(f"[+{len(lines) - FENCE_LINES} lines]")
    return "```\n" + "\n".join(kept) + "\n```"


def _cut(text: str, limit: int) -> CleanText:
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if estimate_tokens(text[:middle]) + 4 <= limit:
            low = middle
        else:
            high = middle - 1
    shortened = text[:low].rstrip() + CUT
    return CleanText(shortened, estimate_tokens(shortened), is_cut=True)
