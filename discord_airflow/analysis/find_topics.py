"""What people talked about most: the busiest stretches of each channel, with the words that kept coming back."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from math import log

from discord_airflow.analysis import compose
from discord_airflow.analysis.compose import Said
from discord_airflow.analysis.cues import stopwords
from discord_airflow.analysis.reading import Candidate, Reading
from discord_airflow.queries.conversations import pause_of
from discord_airflow.queries.source_rows import SourceMessage

FEWEST_MESSAGES = 6
FEWEST_PEOPLE = 3
MANY_MESSAGES = 12
"""From here on two people are enough."""
TIMES = 3
_WORD = re.compile(r"[^\W\d_]{4,24}")
_ADDRESS = re.compile(r"https?://\S+|[@#:]\S+")


def topics(reading: Reading, taken: Collection[int]) -> Iterator[Candidate]:
    """The stretches with at least six messages, the best of each channel first; messages in *taken* are not quoted."""
    spread = _spread(reading)
    for messages in reading.evidence.by_channel.values():
        if len(messages) < FEWEST_MESSAGES:
            continue
        ranked = sorted(_stretches(messages), key=lambda stretch: -_worth(reading, stretch))
        for rank, stretch in enumerate(ranked[:3]):
            terms = _terms(stretch, spread, len(reading.evidence.messages))
            statement = compose.stretch(stretch, terms, _centre(reading, stretch, terms, taken), reading.evidence)
            # A second stretch of the same channel comes after the first ones of others.
            yield Candidate(_worth(reading, stretch) / (1 + rank), statement, ())


def _stretches(messages: Sequence[SourceMessage]) -> Iterator[Sequence[SourceMessage]]:
    if messages[0].is_thread:
        parts = [list(messages)]
    else:
        pause = pause_of(messages)
        parts = [[messages[0]]]
        for earlier, later in pairwise(messages):
            if later.sent_at - earlier.sent_at > pause:
                parts.append([])
            parts[-1].append(later)
    for part in parts:
        people = len({row.author_id for row in part})
        if len(part) >= FEWEST_MESSAGES and people >= (2 if len(part) >= MANY_MESSAGES else FEWEST_PEOPLE):
            yield part


def _worth(reading: Reading, stretch: Sequence[SourceMessage]) -> float:
    people = len({row.author_id for row in stretch})
    attention = sum(reading.attention(row) for row in stretch)
    return 4.0 * people + 2.0 * len(stretch) ** 0.5 + 0.5 * attention


def _words(message: SourceMessage) -> set[str]:
    text = _ADDRESS.sub(" ", message.content).casefold()
    return {word for word in _WORD.findall(text) if word not in stopwords()}


def _spread(reading: Reading) -> Counter[str]:
    """Return in how many messages of the window each word occurs."""
    return Counter(word for message in reading.evidence.messages for word in _words(message))


def _terms(stretch: Sequence[SourceMessage], spread: Counter[str], total: int) -> list[str]:
    """Return up to three words that this stretch has often, by several people, and the rest of the window rarely."""
    seen: Counter[str] = Counter()
    people: defaultdict[str, set[int]] = defaultdict(set)
    names = {word for row in stretch for word in _WORD.findall(row.author_name.casefold())}
    for message in stretch:
        for word in _words(message) - names:
            seen[word] += 1
            people[word].add(message.author_id)
    common = max(TIMES + 1, total * 0.05)
    scored = [
        (-count * log(1 + total / spread[word]), word)
        for word, count in seen.items()
        if count >= TIMES and len(people[word]) >= 2 and (spread[word] <= common or count > spread[word] / 2)
    ]
    chosen: list[str] = []
    for _, word in sorted(scored):
        if not any(word[:5] == other[:5] for other in chosen):
            chosen.append(word)
    return chosen[:3] if len(chosen) > 1 else []


def _centre(
    reading: Reading, stretch: Sequence[SourceMessage], terms: Sequence[str], taken: Collection[int]
) -> Said | None:
    """Return the sentence that drew most attention, or has most of the words; an opening question is worth more."""
    best: tuple[float, Said] | None = None
    for number, message in enumerate(stretch):
        if message.id in taken or not 20 <= len(message.content) <= 1500:
            continue
        said = reading.question_of(message) if number < 3 else None
        said = said or reading.statement_of(message)
        if said is None or len(said.text) < 20:
            continue
        words = sum(term in said.text.casefold() for term in terms)
        score = reading.attention(message) + 1.5 * words + (1 if number == 0 else 0) + min(len(said.text), 120) / 60
        if best is None or score > best[0]:
            best = (score, said)
    return best[1] if best else None
