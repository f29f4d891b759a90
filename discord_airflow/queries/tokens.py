"""
How many tokens a text will cost, without the model's tokenizer.

Ollama offers no tokenizer, and "four characters a token" is wrong by up to seven times in chats. The weights below were
fitted to the two tokenizers of the Mistral family on texts in twelve scripts; what remains is learned from the counts
that the server reports (see Calibration).
"""

import re
import unicodedata
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil

_LATIN_RUN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
_NOT_LATIN = re.compile(r"[^A-Za-z\u00c0-\u024f\u1e00-\u1eff ]")
_LETTERS_PER_TOKEN = 2.4
# A number after a space costs the space as well; a word does not.
_SPACED_NUMBER = re.compile(r" (?=[0-9])")

_WEIGHTS: tuple[tuple[int, int, float, str], ...] = (
    (0x0000, 0x007F, 1.0, "sign"),
    (0x0300, 0x036F, 1.0, "latin"),
    (0x0370, 0x03FF, 1.25, "greek"),
    (0x0400, 0x052F, 0.6, "cyrillic"),
    (0x0530, 0x058F, 1.2, "armenian"),
    (0x0590, 0x05FF, 1.25, "hebrew"),
    (0x0600, 0x08FF, 1.1, "arabic"),
    (0x0900, 0x109F, 1.3, "indic"),
    (0x10A0, 0x10FF, 1.25, "georgian"),
    (0x1100, 0x11FF, 2.2, "hangul"),
    (0x3000, 0x30FF, 1.15, "japanese"),
    (0x3400, 0x9FFF, 1.15, "han"),
    (0xAC00, 0xD7AF, 1.6, "hangul"),
    (0xF900, 0xFAFF, 2.2, "han"),
    (0xFF00, 0xFFEF, 1.15, "sign"),
)
_OTHER_WEIGHT = 2.2
_ASTRAL_WEIGHT = 4.0


def estimate_tokens(text: str) -> int:
    """Return an estimate that errs upwards; multiply by a Calibration's factor before trusting it as a bound."""
    runs = _LATIN_RUN.findall(text)
    lengths = list(map(len, runs))
    letters = sum(lengths)
    # A word of one or two letters is a token all the same.
    short = lengths.count(1) * (1 - 1 / _LETTERS_PER_TOKEN) + lengths.count(2) * (1 - 2 / _LETTERS_PER_TOKEN)
    total = letters / _LETTERS_PER_TOKEN + short
    signs = len(text) - letters - text.count(" ")
    if signs:
        total += len(_SPACED_NUMBER.findall(text))
    if text.isascii():
        return ceil(total + signs)
    accents = sum(len(run.encode()) - len(run) for run in runs if not run.isascii())
    return ceil(total + 0.8 * accents + sum(map(_WEIGHT_OF.__getitem__, _NOT_LATIN.findall(text))))


def dominant_script(text: str) -> str:
    """Return the script of most letters of *text*, such as 'cyrillic'; without letters 'latin'."""
    scripts: Counter[str] = Counter()
    for character, count in Counter(text).items():
        if unicodedata.category(character)[0] in "LM":
            scripts["latin" if _LATIN_RUN.match(character) else _entry(character)[1]] += count
    return min(scripts, key=lambda name: (-scripts[name], name)) if scripts else "latin"


def _entry(character: str) -> tuple[float, str]:
    point = ord(character)
    for first, last, weight, script in _WEIGHTS:
        if first <= point <= last:
            return weight, script
    return (_ASTRAL_WEIGHT if point > 0xFFFF else _OTHER_WEIGHT), "other"


class _WeightOf(dict[str, float]):
    """Weights by character, looked up once each: chats use a few thousand distinct ones."""

    def __missing__(self, character: str) -> float:
        weight = self[character] = _entry(character)[0]
        return weight


_WEIGHT_OF = _WeightOf()


@dataclass
class Calibration:
    """
    What a model's own counts have taught about the estimate, for one model and one script.

    The factor is the greatest of the last twenty ratios between what the server counted and what was estimated, so that
    it follows a change of language quickly upwards and slowly downwards.
    """

    ratios: deque[float] = field(default_factory=lambda: deque(maxlen=20))

    START = 1.10
    LOWEST, HIGHEST = 0.5, 2.0

    @classmethod
    def of(cls, ratios: Iterable[float]) -> "Calibration":
        calibration = cls()
        calibration.ratios.extend(ratios)
        return calibration

    @property
    def factor(self) -> float:
        """What to multiply an estimate by."""
        return min(max(self.ratios, default=self.START), self.HIGHEST) if self.ratios else self.START

    def learn(self, estimated: int, counted: int) -> None:
        """Take note that a prompt estimated at *estimated* tokens (before any factor) had *counted*."""
        if estimated > 0 and counted > 0:
            self.ratios.append(min(max(counted / estimated, self.LOWEST), self.HIGHEST))

    def tokens(self, text: str) -> int:
        """Return the calibrated estimate for *text*."""
        return ceil(estimate_tokens(text) * self.factor)
