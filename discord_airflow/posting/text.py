"""The text that is posted: the week's headline figures and the digest's sentences, in Discord's Markdown, all inert."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from discord_airflow.analysis.digest_json import digest_from_json
from discord_airflow.analysis.render import escape
from discord_airflow.analysis.statements import Digest, Segment, Statement
from discord_airflow.errors import UsageError
from discord_airflow.notifications.pieces import split_text, without_pings
from discord_airflow.reporting import labels
from discord_airflow.reporting.compose import compose, namer_for
from discord_airflow.reporting.digest_part import section_name
from discord_airflow.reporting.message_text import without_formatting
from discord_airflow.reporting.model import Names, Report, Server
from discord_airflow.reporting.namer import Namer
from discord_airflow.reporting.payload import Section
from discord_airflow.reporting.plain_text import QUOTE_LIMIT, plain
from discord_airflow.reporting.request import ReportRequest
from discord_airflow.reporting.wording import counted, span

SENTENCES = 5
"""Of each section of the digest; a summary that fills ten messages is read by nobody."""

HIDDEN = "…"
STRICTNESS: tuple[Names, ...] = ("shown", "pseudonym", "none")

_MESSAGES = re.compile(r"https://discord\.com/channels/\d{1,19}/\d{1,19}/\d{1,19}", re.ASCII)
_WORD = re.compile(r"\w{2,}")


@dataclass(frozen=True, slots=True)
class Voice:
    """How sentences are written: who people are called, and, where names are hidden, which words would tell them."""

    namer: Namer
    names_words: frozenset[str]

    def tells_a_name(self, text: str) -> bool:
        """Say whether a word of *text* is, or begins with three letters or more of, a word of somebody's name."""
        words = _WORD.findall(text.casefold())
        beginnings = (word[:length] for word in words for length in range(3, len(word)))
        return any(word in self.names_words for word in (*words, *beginnings))


def stricter(one: Names, other: Names) -> Names:
    """Return which of two settings shows less of people."""
    return one if STRICTNESS.index(one) > STRICTNESS.index(other) else other


def words_of(names: Iterator[str] | list[str]) -> frozenset[str]:
    """Return the words that names are made of, as they are compared."""
    return frozenset(word for name in names for word in _WORD.findall(name.casefold()))


def post_pieces(
    request: ReportRequest,
    sections: Mapping[str, Section],
    guild_id: int,
    names: Names,
    names_words: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """
    Return the messages that tell of the server *guild_id* what its stored *sections* hold.

    Only that server's part is told: what happened on one server is no business of another one's channel. A server that
    the report is not about raises UsageError. The same sections give the same messages.
    """
    request = replace(request, names=stricter(request.names, names))
    namer = namer_for(request, sections)
    report = compose(request, sections, namer)
    server = next((one for one in report.servers if one.server_id == str(guild_id)), None)
    if server is None:
        raise UsageError(f"The report is not about the server {guild_id}, to which the webhook belongs.")
    section = sections.get(section_name(guild_id))
    digest = digest_from_json(section.digest) if section and section.digest else None
    lines = [*_head(report, server), *_digest(digest, Voice(namer, names_words)), *_foot(digest, request.names)]
    return tuple(split_text(without_pings("\n".join(lines))))


def _head(report: Report, server: Server) -> Iterator[str]:
    yield f"**{report.title}: {_safe(server.name)}**"
    yield f"{span(report.window.window)} ({report.window.zone})"
    yield ""
    yield " ".join(_safe(sentence) for sentence in server.summary)
    for line in server.headline:
        yield f"- {line.label}: **{labels.figure(line.value, line.state)}** ({labels.changed(line)})"


def _digest(digest: Digest | None, voice: Voice) -> Iterator[str]:
    """Yield the digest's verified sentences; one that the check doubts is nothing to publish."""
    for section in digest.sections if digest else ():
        verified = [statement for statement in section.statements if statement.state == "verified"]
        if verified:
            yield ""
            yield f"**{_safe(section.title)}**"
            yield from (f"- {_sentence(statement, voice)}" for statement in verified[:SENTENCES])
        if len(verified) > SENTENCES:
            yield f"- and {len(verified) - SENTENCES} more in the report"


def _foot(digest: Digest | None, names: Names) -> Iterator[str]:
    yield ""
    if digest is None:
        yield "-# Figures only: the report has no digest of this server."
    else:
        how = "a language model chose" if digest.status in ("model", "partial") else "code chose"
        yield f"-# {counted(digest.scores.verified, 'sentence')} checked against the messages; {how} what is told."
    if names != "shown":
        yield "-# Names and words of members are left out. A link opens for those who may read the message."


def _sentence(statement: Statement, voice: Voice) -> str:
    return "".join(_piece(part, voice) for part in statement.segments)


def _piece(part: Segment, voice: Voice) -> str:
    match part.kind:
        case "words" | "number":
            return _safe(part.text, edges=True)
        case "source":
            label = _safe(part.text)
            return f"[{label}]({part.url})" if part.url and _MESSAGES.fullmatch(part.url) else label
        case "person":
            # Without an id nobody can be told from anybody else, so nobody is.
            known = voice.namer.shown or part.person_id is not None
            return f"**{_safe(voice.namer.person(part.person_id or 0, part.text)) if known else 'somebody'}**"
        case "channel":
            return _channel(part, voice.namer)
        case "quote":
            return f"“{_safe(without_formatting(part.text)) if voice.namer.shown else HIDDEN}”"
        case "label" | "term":
            hidden = not voice.namer.shown and voice.tells_a_name(part.text)
            return HIDDEN if hidden else f"*{_safe(part.text)}*"
        case _:
            return _safe(part.text) if voice.namer.shown else HIDDEN


def _channel(part: Segment, namer: Namer) -> str:
    if namer.shown or part.channel_id is None:
        return _safe(part.text) if namer.shown else "a channel"
    if namer.is_thread(part.channel_id):
        return namer.channel(part.channel_id, "")
    return _safe(part.text)


def _safe(text: str, *, edges: bool = False) -> str:
    """Return *text* on one line, so that Discord shows it as it is; with *edges* the spaces around it stay."""
    inside = escape(plain(text, QUOTE_LIMIT))
    if not edges:
        return inside
    return f"{' ' * text.startswith(' ')}{inside}{' ' * (text.endswith(' ') and bool(inside))}"
