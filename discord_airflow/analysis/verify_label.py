"""
A model's label, the only words in a digest that are not a message's or ours: what may it say?

It is a heading of a few words beside the quote. No numbers, names, times or links; nothing that is neither in the
messages cited nor plain connecting language; no praise, cause or "not" that the messages lack.
"""

import re
import unicodedata
from collections.abc import Sequence

from discord_airflow.analysis.cues import Folded, cues, label_words, opposites, stopwords
from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.statements import Statement
from discord_airflow.queries.source_rows import SourceMessage

SHORTEST, LONGEST = 3, 160
LEAST_COVERED = 0.4
NEAR, FAR = 4, 6
"""Words that a "not" reaches over: in a label, and in a message, which has more words between."""
_SIGNS = frozenset(" '’,-–;:.!?()")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]+")


def label_faults(label: str, statement: Statement, cited: Sequence[SourceMessage], evidence: Evidence) -> list[str]:
    """Return everything that is wrong with *label* beside the messages of *statement*."""
    parents = [evidence.rows.get(row.reply_to_id) for row in cited if row.reply_to_id is not None]
    source = Folded.of("\n".join(row.content for row in [*cited, *parents] if row is not None))
    folded = Folded.of(label)
    quotes = Folded.of("\n".join(part.text for part in statement.segments if part.kind == "quote"))
    checks = (
        _sign_fault(label),
        _list_fault(folded, source),
        _name_fault(label, source, evidence),
        _coverage_fault(folded, source),
        _opposite_fault(folded, source),
        _polarity_fault(folded, source, quotes),
    )
    return [fault for fault in checks if fault]


def _sign_fault(label: str) -> str | None:
    if not SHORTEST <= len(label) <= LONGEST or label != " ".join(label.split()):
        return "the label has the wrong length"
    if all(character in _SIGNS or unicodedata.category(character)[0] in "LM" for character in label):
        return None
    return "the label has signs that no label needs"


def _list_fault(label: Folded, source: Folded) -> str | None:
    """Words that change what a statement claims have to be in the messages too."""
    if cues("pronouns").found_in(label):
        return "the label says he or she"
    if cues("times").found_in(label):
        return "the label says a time or a number"
    if cues("instructions").found_in(label):
        return "the label reads like an instruction"
    for purpose, what in (("causes", "a cause"), ("judges", "a judgement"), ("decided", "a decision")):
        found = cues(purpose).first_in(label)
        if found and not cues(purpose).found_in(source):
            return f"the label adds {what}"
        # A cause or a judgement has to be the very one; a decision may be called by another word.
        if found and purpose != "decided" and f" {found} " not in source.spaced and found not in source.text:
            return f"the label adds {what}"
    return None


def _name_fault(label: str, source: Folded, evidence: Evidence) -> str | None:
    """A word with a capital is a name unless the messages have it, or it is a common word that opens the label."""
    for number, match in enumerate(_WORD.finditer(label)):
        word = match[0]
        if not word[0].isupper() or _known(Folded.of(word).text, source.vocabulary):
            continue
        is_common = Folded.of(word).text in (stopwords() | label_words())
        if number == 0 and (is_common or not _is_name(word, evidence)):
            continue
        return "the label names something that the messages do not"
    return None


def _is_name(word: str, evidence: Evidence) -> bool:
    folded = Folded.of(word).text
    return folded in evidence.name_words or folded not in evidence.small_words


def _coverage_fault(label: Folded, source: Folded) -> str | None:
    if label.is_unspaced:
        pairs = {run[at : at + 2] for run in _ASIAN.findall(label.text) for at in range(max(1, len(run) - 1))}
        share = sum(pair in source.text for pair in pairs) / len(pairs) if pairs else 0.0
        return None if share >= LEAST_COVERED else "the label is not about the messages"
    content = [word for word in label.vocabulary if _is_content(word)]
    if not content:
        return "the label says nothing"
    covered = sum(_known(word, source.vocabulary) for word in content)
    return None if covered / len(content) >= LEAST_COVERED else "the label is not about the messages"


def _is_content(word: str) -> bool:
    return len(word) > 2 and word not in stopwords() and word not in label_words()


def _known(word: str, vocabulary: frozenset[str]) -> bool:
    """Whether *word* is there in some form: the same beginning, as long as the shorter one allows."""
    if word in vocabulary:
        return True
    for other in vocabulary:
        shared = max(4, round(0.7 * max(len(word), len(other))))
        if len(word) >= shared <= len(other) and word[:shared] == other[:shared]:
            return True
    return False


def _opposite_fault(label: Folded, source: Folded) -> str | None:
    for word in label.vocabulary & opposites().keys():
        if word not in source.vocabulary and not opposites()[word].isdisjoint(source.vocabulary):
            return "the label says the opposite"
    return None


def _polarity_fault(label: Folded, source: Folded, quotes: Folded) -> str | None:
    """A "not" belongs to what follows it: it has to be there in the messages before the same words, and not be lost."""
    negators = cues("negators").count_in(label)
    if negators:
        denied = _negated(label, NEAR)
        is_told = denied and denied <= _negated(source, FAR) and negators <= cues("negators").count_in(source)
        return None if is_told and negators == 1 else "the label adds a “not”"
    if quotes.text.rstrip().endswith(("?", "？")):
        return None
    lost = _negated(quotes, NEAR) - _affirmed(quotes)
    return "the label drops a “not”" if any(_known(word, frozenset(lost)) for word in label.vocabulary) else None


def _negated(text: Folded, reach: int) -> frozenset[str]:
    """Return the beginnings of the content words that stand within *reach* words after a "not"."""
    found = enumerate(text.words)
    return frozenset(word[:5] for at, word in found if _is_content(word) and _is_negated(text, at, reach))


def _affirmed(text: Folded) -> frozenset[str]:
    return frozenset(word[:5] for at, word in enumerate(text.words) if not _is_negated(text, at, NEAR))


def _is_negated(text: Folded, at: int, reach: int) -> bool:
    near = Folded(" ".join(text.words[max(0, at - reach) : at]))
    return cues("negators").found_in(near)
