"""Where a quote comes from: the sentences of a message that are worth quoting."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST = 240
"""Characters of a quote; a longer sentence ends at a pause in it."""

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_END = re.compile(r"(?:[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？]+[」』）]*)\s*")
_PAUSE = re.compile(r"[,;:–—]\s|\s[-–—]\s|[、，；]")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)]|#{1,3})\s+")
_LINK_ONLY = re.compile(r"^\W*(?:<?https?://\S+>?\W*)+$")
_ASK = re.compile(r"[?？؟]\W*$")
_CUT = " …"
_ASKING_ENDINGS = ("か。", "か", "吗", "嗎", "呢", "か？")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_UNSEEN = frozenset(("Cc", "Cf"))
_MARKUP = re.compile(r"\|\||~~")


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of a message: characters *start* to *end* of one of its lines (and " …" when it was too long)."""

    line: str
    start: int
    end: int
    is_question: bool
    is_cut: bool = False

    @property
    def text(self) -> str:
        return self.line[self.start : self.end].strip() + (_CUT if self.is_cut else "")


def squash(text: str) -> str:
    """Return *text* on one line with single spaces, without control and invisible characters."""
    if not text.isascii() or not text.isprintable():
        kept = (c for c in text if c.isspace() or unicodedata.category(c) not in _UNSEEN)
        text = "".join(" " if c.isspace() else c for c in kept)
    return " ".join(text.split())


def passages(content: str) -> list[Passage]:
    """Return the sentences of *content* in order, without code and without lines that quote others."""
    found: list[Passage] = []
    for line in _FENCE.sub(lambda match: "\n" * max(1, match[0].count("\n")), content).split("\n"):
        if line.startswith(">>> "):
            break
        if not line.startswith("> "):
            bullet = _BULLET.match(line)
            found.extend(_sentences(squash(line[bullet.end() :] if bullet else line)))
    return found


def joined(parts: Sequence[Passage], most: int) -> str:
    """Return the first of *parts* with those that follow it on its line, as far as *most* characters reach."""
    first = parts[0]
    end = first.end
    for part in parts[1:]:
        text = first.line[first.start : part.end].strip()
        if first.is_cut or part.is_cut or part.line is not first.line or part.is_question or len(text) > most:
            break
        if _MARKUP.search(text) or "://" in part.text:
            break
        end = part.end
    return first.text if end == first.end else first.line[first.start : end].strip()


def led_up_to(parts: Sequence[Passage], most: int) -> str:
    """Return the last of *parts* with the sentence before it on its line, when both fit into *most* characters."""
    last = parts[-1]
    if len(parts) > 1 and not last.is_cut:
        before = parts[-2]
        text = last.line[before.start : last.end].strip()
        plain = "://" not in text and not _MARKUP.search(text)
        if before.line is last.line and not before.is_cut and len(text) <= most and plain:
            return text
    return last.text


def is_quotable(text: str) -> bool:
    """Return whether *text* is long enough to mean something and has nothing that was hidden on purpose."""
    if _MARKUP.search(text) or _LINK_ONLY.match(text):
        return False
    letters = sum(map(str.isalpha, text))
    if letters >= 12 or (letters >= 6 and len(text.split()) >= 3):
        return True
    return not text.isascii() and len(_WIDE.findall(text)) >= 4


def _sentences(line: str) -> Iterator[Passage]:
    start = 0
    for match in _END.finditer(line):
        # "e.g. this", "at 5 p.m. sharp": a small letter goes on with the sentence.
        following = line[match.end() : match.end() + 1]
        if following.islower() and line[match.start()] == ".":
            continue
        yield _within_length(line, start, match.end())
        start = match.end()
    if line[start:].strip():
        yield _within_length(line, start, len(line))


def _within_length(line: str, start: int, end: int) -> Passage:
    if end - start <= LONGEST:
        return Passage(line, start, end, _is_question(line[start:end]))
    window = start + 60, start + LONGEST - 2
    pauses = [match.end() for match in _PAUSE.finditer(line, *window)]
    cut = pauses[-1] if pauses else line.rfind(" ", *window)
    return Passage(line, start, cut if cut > 0 else window[1], is_question=False, is_cut=True)


def _is_question(text: str) -> bool:
    return bool(_ASK.search(text)) or text.rstrip().endswith(_ASKING_ENDINGS)
