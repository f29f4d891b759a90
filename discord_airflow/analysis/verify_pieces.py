"""Names, channels, times, links and numbers of a sentence against the rows they are said to come from."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.statements import Count, Segment
from discord_airflow.queries.source_rows import SourceMessage

_ALLOWED_WORDS = re.compile(r"[A-Za-z :;,.()]*")
_WORD = re.compile(r"\w+")
_TIMES_SEEN = 3
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_DAYS = "MonTueWedThuFriSatSun"


def visible(text: str) -> str:
    """Return what a reader sees of *text*: one line, nothing invisible."""
    kept = [" " if character.isspace() else character for character in text if _is_visible(character)]
    return re.sub(" +", " ", "".join(kept)).strip()


def _is_visible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in ("Cc", "Cf")


def piece_fault(
    part: Segment, row: SourceMessage | None, evidence: Evidence, counts: Sequence[Count], day: date | None
) -> tuple[str | None, date | None]:
    """Return what is wrong with *part* (None: nothing), and the day that the next short time belongs to."""
    if part.kind == "words":
        return (None if _ALLOWED_WORDS.fullmatch(part.text) else "it has words that are not ours"), day
    if part.kind == "label":
        return None, day
    if row is None:
        return "a part of it has no source", day
    match part.kind:
        case "person":
            return _person_fault(part, row), day
        case "channel":
            return _channel_fault(part, row), day
        case "source":
            return _source_fault(part, row, evidence, day)
        case "address":
            return _address_fault(part, row), day
        case "number":
            return _number_fault(part, counts), day
        case "term":
            return _term_fault(part, row, evidence), day
        case _:
            return None, day


def _person_fault(part: Segment, row: SourceMessage) -> str | None:
    name = visible(row.author_name)[:40].strip()
    if part.person_id != row.author_id or part.text != (name or "someone"):
        return "the person named did not write the message"
    return None


def _channel_fault(part: Segment, row: SourceMessage) -> str | None:
    name = "#" + (visible(row.channel_name)[:40].strip() or "unnamed")
    if row.channel_kind in (10, 11, 12) and row.parent_name:
        name = f"#{visible(row.parent_name)[:40].strip()} › {name[1:]}"
    return None if part.channel_id == row.channel_id and part.text == name else "the channel is not the message's"


def _source_fault(
    part: Segment, row: SourceMessage, evidence: Evidence, day: date | None
) -> tuple[str | None, date | None]:
    guild = str(row.guild_id) if row.guild_id else "@me"
    if part.url != f"https://discord.com/channels/{guild}/{row.channel_id}/{row.id}":
        return "a link does not lead to its message", day
    moment = row.sent_at.astimezone(ZoneInfo(evidence.window.zone))
    short = moment.strftime("%H:%M")
    weekday, month = 3 * moment.weekday(), 3 * (moment.month - 1)
    long = f"{_DAYS[weekday : weekday + 3]} {moment.day} {_MONTHS[month : month + 3]} {short}"
    expected = short if day == moment.date() else long
    return (None if part.text == expected else "a time is not the message's"), moment.date()


def _address_fault(part: Segment, row: SourceMessage) -> str | None:
    if part.url is None or part.url not in row.content:
        return "the link shared is not in the message"
    following = row.content[row.content.index(part.url) + len(part.url) :][:1]
    pieces = urlsplit(part.url)
    if pieces.scheme not in ("http", "https") or pieces.hostname != part.text or following.isalnum():
        return "the link shared is not the message's"
    return None


def _number_fault(part: Segment, counts: Sequence[Count]) -> str | None:
    noted = [c for c in counts if (c.key, c.message_id, c.until_id) == (part.key, part.message_id, part.until_id)]
    if len(noted) != 1 or part.text != f"{noted[0].value:,}":
        return "a number is not the one that was counted"
    return None


def count_again(count: Count, evidence: Evidence) -> int | None:
    """Return the figure as the rows give it now, or None when it cannot be counted."""
    row = evidence.rows.get(count.message_id)
    last = evidence.rows.get(count.until_id) if count.until_id is not None else None
    if row is None:
        return None
    if count.key == "reactions" and last is None:
        return row.reactions
    if count.key in ("messages", "people") and last is not None and last.channel_id == row.channel_id:
        inside = evidence.between(row, last)
        return len(inside) if count.key == "messages" else len({m.author_id for m in inside})
    return None


def _term_fault(part: Segment, row: SourceMessage, evidence: Evidence) -> str | None:
    last = evidence.rows.get(part.until_id or 0)
    if last is None or last.channel_id != row.channel_id or not _WORD.fullmatch(part.text):
        return "a word has no stretch of messages"
    wanted, seen = part.text.casefold(), 0
    for message in evidence.between(row, last):
        seen += wanted in _WORD.findall(message.content.casefold())
    return None if seen >= _TIMES_SEEN else "a word did not keep coming back"
