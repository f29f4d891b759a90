"""Announcements, decisions, plans, disagreements, claims, what drew reactions, links: found by wording and by echo."""

import re
from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import urlsplit

from discord_airflow.analysis import compose
from discord_airflow.analysis.compose import Said
from discord_airflow.analysis.cues import Folded, cues
from discord_airflow.analysis.passages import is_quotable, joined
from discord_airflow.analysis.reading import LONG_QUOTE, Candidate, Reading
from discord_airflow.queries.source_rows import SourceMessage

_URL = re.compile(r"https?://[^\s<>\"'`|\\^{}()\[\]“”]+")
_TRAILING = ".,;:!?*_~"
_PICTURE_HOSTS = ("tenor.com", "giphy.com", "cdn.discordapp.com", "media.discordapp.net", "discord.com", "discord.gg")
_TO_ALL = re.compile(r"\A\s*@(?:everyone|here)\b|@(?:everyone|here)\s*\Z")
_DIGIT = re.compile(r"\d")


def announcements(reading: Reading) -> Iterator[Candidate]:
    """What was said to everybody: in a channel for news, to @everyone, pinned, or announced by its words and liked."""
    places: dict[int, bool] = {}
    for message in reading.evidence.messages:
        if message.reply_to_id is not None or len(message.content) < 20:
            continue
        if message.channel_id not in places:
            name = f"{message.channel_name} {message.parent_name or ''}".replace("_", " ")
            places[message.channel_id] = cues("announcement_channel").found_in(Folded.of(name))
        loud = bool(_TO_ALL.search(message.content))
        worded = message.reactions >= 3 and cues("announces").found_in(reading.folded(message))
        if not (places[message.channel_id] or loud or message.is_pinned or worded):
            continue
        said = reading.statement_of(message)
        if said:
            score = reading.attention(message) + 5 * loud + 3 * places[message.channel_id] + 2 * message.is_pinned
            yield Candidate(score, compose.remark("announcement", said, reading.evidence), (message.id,))


def decisions(reading: Reading) -> Iterator[Candidate]:
    """What somebody called decided, and others agreed to."""
    for message in reading.evidence.messages:
        if not cues("decided").found_in(reading.folded(message)):
            continue
        said = reading.first(message, "decided")
        agreeing = reading.agreeing(message) if said else []
        if said and (agreeing or message.reactions >= 2):
            statement = compose.remark("decision", said, reading.evidence, agreeing)
            score = reading.attention(message) + 3 * len(agreeing)
            yield Candidate(score, statement, (message.id, *(row.id for row in agreeing)))


def plans(reading: Reading) -> Iterator[Candidate]:
    """What people said they would do: with a time, or with an echo."""
    for message in reading.evidence.messages:
        said = _planned(reading, message)
        if not said or len(said.text) < 25:
            continue
        text = Folded.of(said.text)
        if cues("hedges").found_in(text) or cues("conditions").found_in(text):
            continue
        dated = cues("times").found_in(text) or bool(_DIGIT.search(said.text))
        agreeing = reading.agreeing(message)
        attention = reading.attention(message)
        if dated or agreeing or attention >= 2:
            statement = compose.remark("plan", said, reading.evidence, agreeing)
            yield Candidate(attention + 3 * dated + 2 * len(agreeing), statement, (message.id,))


def _planned(reading: Reading, message: SourceMessage) -> Said | None:
    """Return a promise by its words, or what somebody does at a time to come."""
    text = reading.folded(message)
    if cues("planned").found_in(text):
        return reading.first(message, "planned")
    if cues("future").found_in(text) and cues("speaker").found_in(text):
        said = reading.first(message, "future")
        return said if said and cues("speaker").found_in(Folded.of(said.text)) else None
    return None


def disagreements(reading: Reading) -> Iterator[Candidate]:
    """Two sides: what somebody wrote, and who said no."""
    for message in reading.evidence.messages:
        against = reading.disagreeing(message)
        said = reading.statement_of(message) if against else None
        if said and len(said.text) >= 20:
            statement = compose.remark("disagreement", said, reading.evidence, disagreed=against)
            straight = sum(other.message.reply_to_id == message.id for other in against)
            score = reading.attention(message) + sum(3 + reading.attention(other.message) for other in against)
            yield Candidate(score + 6 * straight, statement, (message.id, *(other.message.id for other in against)))


def claims(reading: Reading) -> Iterator[Candidate]:
    """What was said about the world with confidence: no "I think", nobody's own doings, no question."""
    for message in reading.evidence.messages:
        if not cues("confident").found_in(reading.folded(message)):
            continue
        said = _confident(reading, message)
        if said:
            against = reading.disagreeing(message)
            known = {other.message.author_id for other in against}
            doubts = [other for other in reading.doubting(message) if other.message.author_id not in known]
            if not against and not doubts and reading.attention(message) < 2 and len(said.text) < 50:
                continue
            statement = compose.remark("claim", said, reading.evidence, disagreed=against, doubted=doubts)
            voices = [*against, *doubts]
            score = reading.attention(message) + 6 * len(voices) + len(said.text) / 100
            yield Candidate(score, statement, (message.id, *(other.message.id for other in voices)))


def _confident(reading: Reading, message: SourceMessage) -> Said | None:
    parts = reading.passages(message)
    for at, passage in enumerate(parts):
        text = Folded.of(passage.text)
        long_enough = len(text.words) >= 5 or (text.is_unspaced and len(text.text) >= 10)
        if passage.is_question or not long_enough or not cues("confident").found_in(text):
            continue
        if not any(
            cues(purpose).found_in(text) for purpose in ("hedges", "speaker", "addressee", "conditions", "thanks")
        ):
            return Said(message, joined(parts[at:], LONG_QUOTE)) if is_quotable(passage.text) else None
    return None


def reacted(reading: Reading) -> Iterator[Candidate]:
    """What drew most reactions, whatever it is about."""
    for message in reading.evidence.messages:
        if message.reactions >= 2:
            said = reading.statement_of(message) or reading.question_of(message)
            if said:
                statement = compose.remark("reacted", said, reading.evidence)
                yield Candidate(message.reactions, statement, (message.id,))


def links(reading: Reading) -> Iterator[Candidate]:
    """Links that people shared, each once, by the message that drew most attention."""
    by_url: defaultdict[str, list[SourceMessage]] = defaultdict(list)
    for message in reading.evidence.messages:
        if "://" in message.content and not cues("instructions").found_in(reading.folded(message)):
            for found in dict.fromkeys(_URL.findall(message.content)):
                url = found.rstrip(_TRAILING)
                host = _host(url)
                if host and not host.endswith(_PICTURE_HOSTS) and f"]({found}" not in message.content:
                    by_url[url].append(message)
    for url, messages in by_url.items():
        best = max(messages, key=lambda row: (reading.attention(row), -row.id))
        said = reading.statement_of(best)
        score = sum(1 + reading.attention(row) for row in messages) + (1 if said else 0)
        yield Candidate(score, compose.shared_link(best, url, said, reading.evidence), (best.id,))


def first_address(message: SourceMessage) -> str | None:
    """Return the first link that *message* shares, as it is written there."""
    found = (url.rstrip(_TRAILING) for url in _URL.findall(message.content))
    return next((url for url in found if _host(url)), None)


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
