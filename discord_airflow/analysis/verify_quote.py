"""Is it what the person wrote, word for word, whole, and in its sense?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from discord_airflow.analysis.cues import Folded, cues
from discord_airflow.analysis.verify_pieces import visible
from discord_airflow.queries.source_rows import SourceMessage

_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?…。！？]")
_CUT = " …"
_SHORTEST_CUT = 60
_ENDING = frozenset(".!?…。！？")
"""Signs that belong to the sentence they end."""
_GOING_ON = frozenset(":,;–—-、，；(（")
"""Signs after which a sentence goes on: a quote that ends with one, before more words, was cut off."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a line of the message the quoted words stand."""

    line: str
    start: int
    words: str
    is_cut: bool

    @property
    def rest(self) -> str:
        return self.line[self.start + len(self.words) :]


def quote_fault(text: str, row: SourceMessage) -> str | None:
    """Return why *text* cannot stand as a quote of *row*, or None."""
    if not _long_enough(text):
        return "the quote is too short to mean anything"
    places = _places(text, row.content)
    if not places:
        return "the quote is not in the message word for word"
    if not any(_is_whole(place) for place in places):
        return "the quote begins or ends in the middle of something"
    return None


def quote_doubt(text: str, row: SourceMessage) -> str | None:
    """Return what a reader should know about a quote that is there: a sense that lies outside it, or None."""
    doubts = [_outside(place) for place in _places(text, row.content) if _is_whole(place)]
    if doubts and all(doubts):
        return doubts[0]
    if cues("instructions").found_in(Folded.of(row.content)):
        return "the message reads like an instruction to a machine"
    return None


def _long_enough(text: str) -> bool:
    letters = sum(character.isalpha() for character in text)
    return letters >= 12 or len(_WORD.findall(text)) >= 3 or len(_ASIAN.findall(text)) >= 4


def _places(text: str, content: str) -> list[_Place]:
    """Return where *content* has *text* outside of quotations of others; a final " …" may stand for a cut."""
    if not text or visible(text) != text:
        return []
    lines = [visible(raw) for raw in _own_lines(content)]
    found = [_Place(line, at, text, is_cut=False) for line in lines for at in _all_of(text, line)]
    if not found and text.endswith(_CUT):
        words = text.removesuffix(_CUT)
        found = [_Place(line, at, words, is_cut=True) for line in lines for at in _all_of(words, line)]
    return found


def _own_lines(content: str) -> Iterator[str]:
    for line in content.split("\n"):
        if line.startswith(">>> "):
            return
        if not line.startswith("> "):
            yield line


def _all_of(text: str, line: str) -> Iterator[int]:
    start = line.find(text)
    while start >= 0:
        yield start
        start = line.find(text, start + 1)


def _is_whole(place: _Place) -> bool:
    """A quote begins where a clause begins, and ends where one ends or with a visible cut between two words."""
    before, after = place.line[: place.start].rstrip(), place.rest.lstrip()
    if before and before[-1].isalnum():
        return False
    if place.is_cut:
        return len(place.words) >= _SHORTEST_CUT and not (place.words[-1].isalnum() and place.rest[:1].isalnum())
    if after and (place.words[-1] in _GOING_ON or place.rest[:1] in _ENDING):
        return False
    return not after or not after[0].isalnum() or not place.words[-1].isalnum()


def _outside(place: _Place) -> str | None:
    """Return what stands just outside the quote, in its own sentence, that changes its sense."""
    before = _SENTENCE_END.split(place.line[: place.start])[-1]
    after = place.rest
    if place.is_cut or _SENTENCE_END.search(place.words[-1:]):
        after = ""
    elif end := _SENTENCE_END.search(after):
        after = after[: end.end()]
    near_before = Folded(" ".join(Folded.of(before).words[-4:]))
    near_after = Folded(" ".join(Folded.of(after).words[:3]))
    if cues("negators").found_in(near_before):
        return "a “not” stands just before the quote"
    if cues("conditions").found_in(near_before) or cues("conditions").found_in(near_after):
        return "a condition stands beside the quote"
    if after.rstrip().endswith(("?", "？")):
        return "the quote is part of a question"
    return None
