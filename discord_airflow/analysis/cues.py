"""
By which words people show what they do: decide, promise, agree, doubt.

The lists are data (cues.toml), so that a language can be added without touching code; this module only compares.
"""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib import resources

_APOSTROPHES = str.maketrans("", "", "'’‘`´ʼ")
_WORD = re.compile(r"\+1|\w+")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")


class Folded:
    """A text prepared for comparison: lower case, compatibility forms, no apostrophes; and its words."""

    __slots__ = ("_spaced", "is_unspaced", "text", "vocabulary", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: tuple[str, ...] = tuple(_WORD.findall(text))
        self.vocabulary = frozenset(self.words)
        # Whether some of it is written without spaces between words.
        self.is_unspaced = not text.isascii() and _UNSPACED.search(text) is not None
        self._spaced: str | None = None

    @classmethod
    def of(cls, text: str) -> "Folded":
        """Return *text* folded."""
        if not text.isascii():
            text = unicodedata.normalize("NFKC", text)
        return cls(text.casefold().translate(_APOSTROPHES))

    @property
    def spaced(self) -> str:
        """The words with single spaces, one at each end as well."""
        if self._spaced is None:
            self._spaced = f" {' '.join(self.words)} "
        return self._spaced


class Cues:
    """A list of words and phrases that can be looked for in a text."""

    def __init__(self, phrases: Iterable[str]) -> None:
        by_trigger: defaultdict[str, list[str]] = defaultdict(list)
        unspaced: list[str] = []
        for phrase in phrases:
            folded = Folded.of(phrase)
            if folded.is_unspaced:
                unspaced.append(folded.text)
            elif folded.words:
                # The longest word is the rarest: most texts are done after one comparison of sets.
                by_trigger[max(folded.words, key=len)].append(folded.spaced)
        self._by_trigger = dict(by_trigger)
        self._triggers = frozenset(by_trigger)
        self._unspaced = tuple(unspaced)

    def found_in(self, text: Folded) -> bool:
        """Return whether *text* holds any of them."""
        return self.first_in(text) is not None

    def first_in(self, text: Folded) -> str | None:
        """Return one of the phrases that *text* holds, or None."""
        if not self._triggers.isdisjoint(text.vocabulary):
            spaced = text.spaced
            for word in text.words:
                for phrase in self._by_trigger.get(word, ()):
                    if phrase in spaced:
                        return phrase.strip()
        if text.is_unspaced:
            return next((phrase for phrase in self._unspaced if phrase in text.text), None)
        return None

    def count_in(self, text: Folded) -> int:
        """Return how many of the words and phrases *text* holds, each as often as it occurs."""
        phrases = {phrase for word in text.vocabulary for phrase in self._by_trigger.get(word, ())}
        # Neighbours share a space, so a repeated word is counted in the text with doubled spaces.
        doubled = text.spaced.replace(" ", "  ")
        total = sum(doubled.count(phrase.replace(" ", "  ").strip(" ").join((" ", " "))) for phrase in phrases)
        if text.is_unspaced:
            total += sum(text.text.count(phrase) for phrase in self._unspaced)
        return total


@cache
def _lists() -> dict[str, dict[str, list[str]]]:
    path = resources.files("discord_airflow.analysis") / "cues.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def cues(purpose: str) -> Cues:
    """Return the list for *purpose*, such as ``cues("decided")``, in all languages."""
    return Cues(phrase for phrases in _lists()[purpose].values() for phrase in phrases)


@cache
def stopwords() -> frozenset[str]:
    """Return the words too common to say what a conversation was about."""
    return frozenset(Folded.of(word).text for words in _lists()["stopwords"].values() for word in words)


@cache
def label_words() -> frozenset[str]:
    """Return the words that a heading may use whatever the messages say: kinds of things people talk about."""
    return frozenset(Folded.of(word).text for words in _lists()["label_words"].values() for word in words)


@cache
def opposites() -> dict[str, frozenset[str]]:
    """Return, for each word that has one, its opposites."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for pairs in _lists()["opposites"].values():
        for pair in pairs:
            one, other = pair.split()
            found[one].add(other)
            found[other].add(one)
    return {word: frozenset(others) for word, others in found.items()}
