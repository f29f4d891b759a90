"""Text for Discord: harmless, and in pieces that Discord takes."""

import re

LIMIT = 2000
"""Discord refuses a longer message."""

FENCE = "```"
INVISIBLE = "\N{WORD JOINER}"


def without_pings(text: str) -> str:
    """
    Return *text* in which nothing looks like a mention.

    No one is pinged in any case (webhook.py sees to that); this keeps it from looking as if somebody were.
    """
    text = re.sub(r"@(?=everyone|here)", "@" + INVISIBLE, text, flags=re.IGNORECASE)
    return re.sub(r"<(?=[@#])", "<" + INVISIBLE, text)


def split_text(text: str, limit: int = LIMIT) -> list[str]:
    """
    Return *text* in pieces of at most *limit* characters, cut at ends of lines or between words where possible.

    A block of code that is cut is closed in the one piece and opened again in the next, and no link is cut as long as
    one fits into a piece. Nothing but spaces at a cut is lost; a text of spaces has no pieces.
    """
    pieces: list[str] = []
    rest, inside = text.strip(), False
    while rest:
        opening = f"{FENCE}\n" if inside else ""
        room = limit - len(opening) - len(FENCE) - 1
        if len(opening) + len(rest) <= limit:
            part, rest = rest, ""
        else:
            end = _cut(rest, room)
            part, rest = rest[:end].rstrip(), rest[end:].lstrip("\n " if not inside else "\n")
        inside ^= part.count(FENCE) % 2 == 1
        pieces.append(opening + part + (f"\n{FENCE}" if inside and rest else ""))
    return [piece for piece in pieces if piece.strip()]


def _cut(text: str, room: int) -> int:
    """Return where to cut *text*, which is longer than *room*: at a line's end, else between words, else anywhere."""
    for separator in ("\n", " "):
        end = text.rfind(separator, room // 2, room + 1)
        if end > 0:
            return end
    end = text.rfind(" ", 0, room + 1)
    end = end if end > 0 else room
    # Neither a half of a fence nor a backtick on its own.
    while end > 1 and text[end - 1] == "`" and text[end : end + 1] == "`":
        end -= 1
    return end
