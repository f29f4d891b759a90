"""
Ways in which a digest can be made wrong, one function each.

An operator takes a verified statement and returns a damaged one, or None where it does not apply. The damage is as
consistent as a careful forger would make it: ids, names, links and fingerprints fit each other, so that only the
messages themselves can tell.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from discord_airflow.analysis.compose import Sentence, shown_channel, shown_name
from discord_airflow.analysis.cues import Folded, cues, opposites
from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.statements import Segment, Statement
from discord_airflow.queries.source_rows import SourceMessage, fingerprint


@dataclass(frozen=True)
class Scene:
    """What a forger has at hand."""

    evidence: Evidence
    everything: tuple[SourceMessage, ...]
    gone: tuple[SourceMessage, ...]
    dice: random.Random


Operator = Callable[[Statement, Scene], Statement | None]
STRUCTURAL: dict[str, Operator] = {}
WORDING: dict[str, Operator] = {}
REPORTED: dict[str, Operator] = {}


def operator(group: dict[str, Operator]) -> Callable[[Operator], Operator]:
    """Register an operator under its name in words."""

    def register(function: Operator) -> Operator:
        group[function.__name__.replace("_", " ")] = function
        return function

    return register


def _places(statement: Statement, kind: str) -> list[int]:
    return [at for at, part in enumerate(statement.segments) if part.kind == kind]


def _with(statement: Statement, at: int, **more: object) -> Statement:
    parts = list(statement.segments)
    parts[at] = replace(parts[at], **more)  # type: ignore[arg-type]
    changed = replace(statement, segments=tuple(parts))
    return changed if changed.segments != statement.segments else statement


def _pick(statement: Statement, kind: str, scene: Scene) -> int | None:
    places = _places(statement, kind)
    return scene.dice.choice(places) if places else None


def _other(scene: Scene, differs: Callable[[SourceMessage], bool]) -> SourceMessage | None:
    for _ in range(200):
        row = scene.dice.choice(scene.everything)
        if differs(row):
            return row
    return None


# ---- people, places, times


@operator(STRUCTURAL)
def actor_swapped(statement: Statement, scene: Scene) -> Statement | None:
    at = _pick(statement, "person", scene)
    if at is None:
        return None
    part = statement.segments[at]
    row = _other(scene, lambda row: row.author_id != part.person_id and shown_name(row.author_name) != part.text)
    return _with(statement, at, text=shown_name(row.author_name), person_id=row.author_id) if row else None


@operator(STRUCTURAL)
def roles_of_two_actors_swapped(statement: Statement, _scene: Scene) -> Statement | None:
    people = _places(statement, "person")
    if len(people) < 2:
        return None
    first, second = (statement.segments[at] for at in people[:2])
    if first.person_id == second.person_id:
        return None
    changed = _with(statement, people[0], text=second.text, person_id=second.person_id)
    return _with(changed, people[1], text=first.text, person_id=first.person_id)


@operator(STRUCTURAL)
def actor_unknown(statement: Statement, scene: Scene) -> Statement | None:
    at = _pick(statement, "person", scene)
    name = scene.dice.choice(("Zorblax", "The owner", "A moderator", "Everybody"))
    return None if at is None else _with(statement, at, text=name)


@operator(STRUCTURAL)
def channel_swapped(statement: Statement, scene: Scene) -> Statement | None:
    at = _pick(statement, "channel", scene)
    if at is None:
        return None
    row = _other(scene, lambda row: row.channel_id != statement.segments[at].channel_id)
    return _with(statement, at, text=shown_channel(row), channel_id=row.channel_id) if row else None


@operator(STRUCTURAL)
def server_swapped(statement: Statement, scene: Scene) -> Statement | None:
    at = _pick(statement, "source", scene)
    if at is None:
        return None
    url = statement.segments[at].url or ""
    return _with(statement, at, url=re.sub(r"channels/\d+", "channels/910000000000000777", url))


def _moved(statement: Statement, scene: Scene, days: int) -> Statement | None:
    at = _pick(statement, "source", scene)
    if at is None:
        return None
    part = statement.segments[at]
    row = scene.evidence.rows[part.message_id or 0]
    moved = Sentence("quote", scene.evidence)
    moved.source(replace(row, sent_at=row.sent_at + timedelta(days=days)))
    return _with(statement, at, text=moved.parts[0].text)


@operator(STRUCTURAL)
def date_moved_by_a_day(statement: Statement, scene: Scene) -> Statement | None:
    return _moved(statement, scene, scene.dice.choice((-1, 1)))


@operator(STRUCTURAL)
def date_moved_by_a_week(statement: Statement, scene: Scene) -> Statement | None:
    return _moved(statement, scene, scene.dice.choice((-7, 7)))


@operator(STRUCTURAL)
def minute_changed(statement: Statement, scene: Scene) -> Statement | None:
    at = _pick(statement, "source", scene)
    if at is None:
        return None
    text = statement.segments[at].text
    return _with(statement, at, text=text[:-2] + f"{(int(text[-2:]) + scene.dice.randrange(1, 59)) % 60:02}")


# ---- numbers


def _number(statement: Statement, scene: Scene, change: Callable[[int], int], *, forged: bool) -> Statement | None:
    at = _pick(statement, "number", scene)
    if at is None:
        return None
    part = statement.segments[at]
    value = int(part.text.replace(",", ""))
    new = change(value)
    if new == value or new < 0:
        return None
    changed = _with(statement, at, text=f"{new:,}")
    if not forged:
        return changed
    counts = tuple(
        replace(count, value=new)
        if (count.key, count.message_id, count.until_id) == (part.key, part.message_id, part.until_id)
        else count
        for count in statement.counts
    )
    return replace(changed, counts=counts)


@operator(STRUCTURAL)
def number_off_by_one(statement: Statement, scene: Scene) -> Statement | None:
    step = scene.dice.choice((-1, 1))
    return _number(statement, scene, lambda value: value + step, forged=scene.dice.random() < 0.5)


@operator(STRUCTURAL)
def number_off_by_a_tenth(statement: Statement, scene: Scene) -> Statement | None:
    return _number(statement, scene, lambda value: value + max(1, value // 10), forged=scene.dice.random() < 0.5)


@operator(STRUCTURAL)
def digits_swapped(statement: Statement, scene: Scene) -> Statement | None:
    return _number(statement, scene, lambda value: int(str(value)[::-1]), forged=scene.dice.random() < 0.5)


@operator(STRUCTURAL)
def number_of_another_statistic(statement: Statement, scene: Scene) -> Statement | None:
    other = scene.dice.choice(scene.everything).reactions + scene.dice.randrange(1, 4)
    return _number(statement, scene, lambda _: other, forged=True)


# ---- quotes


def _quote(statement: Statement, scene: Scene, change: Callable[[list[str]], list[str] | None]) -> Statement | None:
    at = _pick(statement, "quote", scene)
    words = statement.segments[at].text.split(" ") if at is not None else []
    changed = change(list(words)) if len(words) > 2 else None
    return None if at is None or changed is None or changed == words else _with(statement, at, text=" ".join(changed))


@operator(STRUCTURAL)
def word_of_a_quote_changed(statement: Statement, scene: Scene) -> Statement | None:
    def change(words: list[str]) -> list[str]:
        words[scene.dice.randrange(len(words))] = scene.dice.choice(("never", "always", "Zorblax", "sold", "winter"))
        return words

    return _quote(statement, scene, change)


@operator(STRUCTURAL)
def word_of_a_quote_dropped(statement: Statement, scene: Scene) -> Statement | None:
    def change(words: list[str]) -> list[str]:
        del words[scene.dice.randrange(len(words))]
        return words

    return _quote(statement, scene, change)


@operator(STRUCTURAL)
def word_put_into_a_quote(statement: Statement, scene: Scene) -> Statement | None:
    def change(words: list[str]) -> list[str]:
        words.insert(scene.dice.randrange(len(words) + 1), scene.dice.choice(("not", "really", "Zorblax", "paid")))
        return words

    return _quote(statement, scene, change)


@operator(STRUCTURAL)
def words_of_a_quote_reordered(statement: Statement, scene: Scene) -> Statement | None:
    def change(words: list[str]) -> list[str]:
        at = scene.dice.randrange(len(words) - 1)
        words[at], words[at + 1] = words[at + 1], words[at]
        return words

    return _quote(statement, scene, change)


@operator(STRUCTURAL)
def negator_of_a_quote_dropped(statement: Statement, scene: Scene) -> Statement | None:
    def change(words: list[str]) -> list[str] | None:
        found = [at for at, word in enumerate(words) if cues("negators").found_in(Folded.of(word))]
        return words[: found[0]] + words[found[0] + 1 :] if found else None

    return _quote(statement, scene, change)


@operator(STRUCTURAL)
def two_messages_merged_in_a_quote(statement: Statement, scene: Scene) -> Statement | None:
    other = scene.dice.choice(scene.everything).content.split("\n")[0]
    return _quote(statement, scene, lambda words: [*words, *other.split(" ")])


@operator(STRUCTURAL)
def quote_invented(statement: Statement, scene: Scene) -> Statement | None:
    at = _pick(statement, "quote", scene)
    text = scene.dice.choice(("We all agreed on that long ago.", "I never wanted any of this.", "It costs nothing?"))
    return None if at is None else _with(statement, at, text=text)


# ---- sources


def _recited(statement: Statement, scene: Scene, row: SourceMessage, *, consistent: bool) -> Statement | None:
    """Let *row* stand for one of the messages everywhere; with *consistent* also its name, channel and time."""
    if not statement.cites or row.id in statement.cites:
        return None
    at = scene.dice.randrange(len(statement.cites))
    old = statement.cites[at]
    label = Sentence("quote", scene.evidence)
    label.source(row)
    parts: list[Segment] = []
    day_shown = False
    for part in statement.segments:
        new = part
        if part.message_id == old:
            new = replace(part, message_id=row.id)
            if part.kind == "source":
                new = replace(new, url=label.parts[0].url, text=_time(part.text, label.parts[0].text))
                day_shown = True
            elif part.kind == "person" and consistent:
                new = replace(new, text=shown_name(row.author_name), person_id=row.author_id)
            elif part.kind == "channel" and consistent:
                new = replace(new, text=shown_channel(row), channel_id=row.channel_id)
        if part.until_id == old:
            new = replace(new, until_id=row.id)
        parts.append(new)
    if not day_shown:
        return None
    cites = tuple(row.id if cite == old else cite for cite in statement.cites)
    prints = tuple(
        fingerprint(row) if cite == old else seen
        for cite, seen in zip(statement.cites, statement.fingerprints, strict=True)
    )
    counts = tuple(
        replace(
            count,
            message_id=row.id if count.message_id == old else count.message_id,
            until_id=row.id if count.until_id == old else count.until_id,
        )
        for count in statement.counts
    )
    return replace(statement, segments=tuple(parts), cites=cites, fingerprints=prints, counts=counts)


def _time(old: str, new: str) -> str:
    return new[-5:] if len(old) == 5 else new


@operator(STRUCTURAL)
def source_moved_to_a_random_message(statement: Statement, scene: Scene) -> Statement | None:
    return _recited(statement, scene, scene.dice.choice(scene.evidence.messages), consistent=scene.dice.random() < 0.5)


@operator(WORDING)
def source_moved_inside_the_conversation(statement: Statement, scene: Scene) -> Statement | None:
    row = scene.evidence.rows[statement.cites[0]]
    near = scene.evidence.between(row, row)[0]
    members = scene.evidence.by_channel[near.channel_id]
    at = members.index(near)
    return _recited(statement, scene, scene.dice.choice(members[max(0, at - 6) : at + 7]), consistent=True)


@operator(STRUCTURAL)
def source_that_was_deleted(statement: Statement, scene: Scene) -> Statement | None:
    return _recited(statement, scene, scene.dice.choice(scene.gone), consistent=True) if scene.gone else None


@operator(STRUCTURAL)
def source_outside_the_window(statement: Statement, scene: Scene) -> Statement | None:
    row = scene.dice.choice(scene.everything)
    early = replace(row, id=row.id - (40 * 86_400_000 << 22), sent_at=row.sent_at - timedelta(days=40))
    return _recited(statement, scene, early, consistent=True)


@operator(STRUCTURAL)
def link_to_another_host(statement: Statement, scene: Scene) -> Statement | None:
    at = _pick(statement, "source", scene)
    if at is None:
        return None
    url = statement.segments[at].url or ""
    host = scene.dice.choice(("discord.example", "discord.com.evil.example", "discordapp.example"))
    return _with(statement, at, url=url.replace("discord.com", host))


@operator(STRUCTURAL)
def link_invented(statement: Statement, scene: Scene) -> Statement | None:
    at = _pick(statement, scene.dice.choice(("source", "address")), scene)
    number = scene.dice.randrange(10**17, 10**18)
    return None if at is None else _with(statement, at, url=f"https://discord.com/channels/{number}/{number}/{number}")


@operator(STRUCTURAL)
def shared_link_changed(statement: Statement, scene: Scene) -> Statement | None:
    at = _pick(statement, "address", scene)
    if at is None:
        return None
    return _with(statement, at, url=(statement.segments[at].url or "") + scene.dice.choice(("x", "/login", "?ref=me")))


@operator(STRUCTURAL)
def sentence_without_a_source(statement: Statement, scene: Scene) -> Statement | None:
    parts = tuple(part for part in statement.segments if part.kind != "source")
    kept = scene.dice.choice((statement.cites, ()))
    return replace(statement, segments=parts, cites=kept, fingerprints=statement.fingerprints[: len(kept)])


@operator(STRUCTURAL)
def ping_injected(statement: Statement, scene: Scene) -> Statement | None:
    at = scene.dice.randrange(len(statement.segments))
    ping = scene.dice.choice(("@everyone ", "<@123456789012345678> ", "@here "))
    return _with(statement, at, text=ping + statement.segments[at].text)


@operator(STRUCTURAL)
def sentence_added(statement: Statement, scene: Scene) -> Statement | None:
    extra = scene.dice.choice((" Everybody was happy.", " It was the best week so far.", " This is true."))
    return replace(statement, segments=(*statement.segments, Segment("words", extra)))


# ---- what the sentence claims


@operator(WORDING)
def question_made_a_statement(statement: Statement, _scene: Scene) -> Statement | None:
    if statement.kind not in ("open_question", "answered_question"):
        return None
    at = _places(statement, "quote")[0]
    return _with(statement, at, text=statement.segments[at].text.rstrip("?？") + ".")


@operator(WORDING)
def question_told_as_a_statement(statement: Statement, _scene: Scene) -> Statement | None:
    if statement.kind != "open_question":
        return None
    parts = [
        replace(p, text=p.text.replace(" asked in ", " stated in ")) if p.kind == "words" else p
        for p in statement.segments
    ]
    parts = [p for p in parts if p.text != "; no answer was seen"]
    return replace(statement, kind="claim", segments=tuple(parts))


@operator(WORDING)
def proposal_made_a_decision(statement: Statement, _scene: Scene) -> Statement | None:
    words = " ".join(statement.segments[at].text for at in _places(statement, "quote"))
    is_one = cues("decided").found_in(Folded.of(words))
    if is_one or statement.kind not in ("plan", "topic", "reacted") or len(statement.cites) != 1:
        return None
    return replace(statement, kind="decision")


@operator(WORDING)
def answer_denied(statement: Statement, _scene: Scene) -> Statement | None:
    if statement.kind != "answered_question":
        return None
    opening = next(at for at, part in enumerate(statement.segments) if part.text == ")")
    parts = (*statement.segments[:opening], Segment("words", "); no answer was seen."))
    return replace(
        statement,
        kind="open_question",
        segments=parts,
        cites=statement.cites[:1],
        fingerprints=statement.fingerprints[:1],
    )


@operator(WORDING)
def agreement_made_a_disagreement(statement: Statement, _scene: Scene) -> Statement | None:
    swaps = {" agreed": " disagreed", " disagreed: ": " agreed: "}
    parts = tuple(replace(p, text=swaps.get(p.text, p.text)) if p.kind == "words" else p for p in statement.segments)
    return replace(statement, segments=parts) if parts != statement.segments else None


def _label(statement: Statement, change: Callable[[str], str | None]) -> Statement | None:
    places = _places(statement, "label")
    text = change(statement.segments[places[0]].text) if places else None
    return _with(statement, places[0], text=text) if text else None


@operator(WORDING)
def label_negated(statement: Statement, scene: Scene) -> Statement | None:
    def change(text: str) -> str:
        words = text.split(" ")
        words.insert(scene.dice.randrange(len(words)), scene.dice.choice(("not", "never", "no")))
        return " ".join(words)

    return _label(statement, change)


@operator(WORDING)
def label_given_a_cause(statement: Statement, scene: Scene) -> Statement | None:
    return _label(statement, lambda text: text + scene.dice.choice((" because of the owner", " due to a mistake")))


@operator(WORDING)
def label_given_praise(statement: Statement, scene: Scene) -> Statement | None:
    return _label(statement, lambda text: scene.dice.choice(("Brilliant ", "Excellent ", "Stupid ")) + text)


@operator(WORDING)
def label_given_a_pronoun(statement: Statement, scene: Scene) -> Statement | None:
    return _label(statement, lambda text: text + scene.dice.choice((" as he said", " by her", " for him")))


@operator(WORDING)
def label_given_a_number(statement: Statement, scene: Scene) -> Statement | None:
    return _label(statement, lambda text: text + scene.dice.choice((" in 3 days", " for twelve people", " tomorrow")))


@operator(WORDING)
def label_given_a_name(statement: Statement, scene: Scene) -> Statement | None:
    return _label(statement, lambda text: text + scene.dice.choice((" by Zorblax", " with Brumhilda", " from Kvantti")))


@operator(WORDING)
def label_of_another_statement(statement: Statement, scene: Scene) -> Statement | None:
    words = re.findall(r"[^\W\d_]{4,}", scene.dice.choice(scene.everything).content)
    own = scene.evidence.rows[statement.cites[0]].content.lower()
    foreign = [word.lower() for word in words if word.lower()[:4] not in own]
    return _label(statement, lambda _: " ".join(foreign[:5])) if len(foreign) > 2 else None


@operator(REPORTED)
def label_turned_into_its_opposite(statement: Statement, _scene: Scene) -> Statement | None:
    def change(text: str) -> str | None:
        for word in text.split(" "):
            if word.lower() in opposites():
                return text.replace(word, sorted(opposites()[word.lower()])[0])
        return None

    return _label(statement, change)


@operator(REPORTED)
def label_given_an_inference(statement: Statement, scene: Scene) -> Statement | None:
    return _label(
        statement, lambda text: text + scene.dice.choice((", soon a habit", " and trouble ahead", " for the poor"))
    )
