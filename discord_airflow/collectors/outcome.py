"""
The one place that judges what an export was worth.

The exporter's own signs lie one by one: it exits with 0 unless every channel failed, it closes the JSON of a broken-off
run as neatly as that of a whole one, and it writes an empty file where it was forbidden to read. So a channel counts as
collected only when every sign agrees: the exit status, what was written to stderr, and what stands in the file.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from discord_airflow.collectors.chat_exporter import IdRange
from discord_airflow.snowflake import time_of


class State(StrEnum):
    """What is known about a channel's window after an export. Only the first two prove anything."""

    COMPLETE = "complete"
    EMPTY = "empty"
    FORBIDDEN = "forbidden"
    PARTIAL = "partial"
    FAILED = "failed"


class Next(StrEnum):
    """What the run does after this channel."""

    GO_ON = "go on"
    ASK_WIDER = "ask wider"  # nothing came and nothing says why: ask again for a window that must hold a message
    ASK_LATER = (
        "ask later"  # it looks as to a bot without the Message Content intent: another channel may show otherwise
    )
    STOP_TOKEN = "stop: token"  # noqa: S105 - no secret
    STOP_DISK = "stop: disk"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement and one sentence why; *permanent* when trying again without a person's help is useless."""

    state: State
    reason: str
    permanent: bool = False
    next: Next = Next.GO_ON

    @property
    def proven(self) -> bool:
        """True when the window may move the channel's cursor."""
        return self.state in (State.COMPLETE, State.EMPTY)


@dataclass(frozen=True, slots=True)
class Ended:
    """How the exporter's process ended. *exit_code* is negative for a signal; the texts are their last lines."""

    exit_code: int
    stderr: str
    stopped: str | None = None
    """Why this program ended it (a deadline, an interruption); None when it ended by itself."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What an exported file says, read once from its first byte to its last."""

    broken: str | None
    """Why it is not a whole JSON document, else None; the other fields then hold what could be read."""

    channel_id: int | None
    guild_id: int | None
    range_after: datetime | None
    range_before: datetime | None
    messages: int
    messages_stated: int | None
    first_id: int | None
    last_id: int | None
    lowest_id: int | None
    highest_id: int | None
    ascending: bool
    """Strictly: no id stands twice."""

    by_people: int = 0
    """Messages that people wrote."""

    hollow: int = 0
    """Those of them with no text, file, embed, sticker or forward: there is no such thing, but a bot may see it so."""


_LISTED_FAILURE = re.compile(r"^Failed to export (?:\d+ )?(?:the following )?channel\(s\):", re.MULTILINE)
_LISTED_WARNING = re.compile(r"^Warnings reported for the following channel\(s\):", re.MULTILINE)
_FATAL = re.compile(r"^ERROR\b", re.MULTILINE)

# Texts are matched at the end of their line: what stands before is a channel's name, which a stranger chose.
_FORBIDDEN = re.compile(r"(?:Request to '[^'\n]*' failed: forbidden\.|Access is forbidden\.)\s*$", re.MULTILINE)
_NOT_FOUND = re.compile(
    r"(?:Request to '[^'\n]*' failed: not found\.|Requested resource \([^)\n]*\) does not exist\.)\s*$", re.MULTILINE
)
_FORUM = re.compile(r"is a forum and cannot be exported directly\.[^\n]*$", re.MULTILINE)
_NOTHING_THERE = re.compile(
    r"(?:does not contain any (?:matching )?messages(?: within the specified period)?"
    r"(?:; an empty file will be created)?"
    r"|No messages (?:found )?for the specified period"
    r"|is empty or contains no messages for the specified period)\.\s*$",
    re.MULTILINE,
)
_TOKEN_REFUSED = re.compile(r"Authentication token is invalid\.\s*$", re.MULTILINE)
_INTENT_MISSING = re.compile(r"missing the MESSAGE_CONTENT privileged intent\.\s*$", re.MULTILINE)
_DISK_FULL = re.compile(r"No space left on device|not enough space on the disk|Disk quota exceeded")
_NO_ICU = re.compile(r"Couldn't find a valid ICU package")
_INTENT = "the bot may lack the Message Content intent; switch it on in Discord's developer portal"
_FEW_HOLLOW = 3
_TOLERANCE = timedelta(milliseconds=1)


def judge(
    ended: Ended,
    asked: IdRange,
    channel_id: int,
    facts: FileFacts | None,
    *,
    warns_of_empty: bool,
    sees_text: bool = False,
) -> Verdict:
    """
    Return what the export of *channel_id* proves about the window *asked*.

    *facts* is None when no file was written. *warns_of_empty* tells the releases (2.45 and later) that say by a warning
    that there was nothing; from them an empty file without that word proves nothing. *sees_text*: another channel of
    this run has shown that the token may read what people write.
    """
    if ended.stopped:
        return Verdict(State.FAILED, ended.stopped)
    told = _judge_texts(ended, facts)
    if told is not None:
        return told
    if ended.exit_code < 0:
        return Verdict(State.FAILED, f"the exporter was ended by signal {-ended.exit_code}")
    if ended.exit_code != 0:
        return Verdict(State.FAILED, f"the exporter ended with status {ended.exit_code}: {_last_line(ended.stderr)}")
    if facts is None:
        return Verdict(State.FAILED, "the exporter reported success and left no file")
    doubt = _doubt_about_file(asked, channel_id, facts)
    if doubt is not None:
        return doubt
    if facts.hollow >= _FEW_HOLLOW and facts.hollow == facts.by_people and not sees_text:
        # The exporter notices a missing intent only when a whole page of a hundred messages is empty.
        return Verdict(State.FAILED, f"none of its {facts.hollow} messages has a text: {_INTENT}", next=Next.ASK_LATER)
    if facts.messages:
        if _NOTHING_THERE.search(ended.stderr):
            return Verdict(State.FAILED, "the exporter said that there is no message, but its file holds some")
        return Verdict(State.COMPLETE, f"{facts.messages} messages")
    if warns_of_empty and _LISTED_WARNING.search(ended.stderr) and _NOTHING_THERE.search(ended.stderr):
        return Verdict(State.EMPTY, "no message in the window")
    return Verdict(
        State.FAILED,
        "no message came and the exporter does not say that there is none: the bot may lack Read Message History",
        next=Next.ASK_WIDER,
    )


def _judge_texts(ended: Ended, facts: FileFacts | None) -> Verdict | None:
    """Return what stderr decides by itself, worst first, or None when it holds neither an error nor a failure."""
    text = ended.stderr
    if _NO_ICU.search(text):
        return Verdict(
            State.FAILED,
            "the exporter needs the ICU library: install libicu or set DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1",
            permanent=True,
        )
    failure = _LISTED_FAILURE.search(text) or _FATAL.search(text)
    if failure is None:
        return None
    told = text[failure.start() :]
    if _TOKEN_REFUSED.search(told):
        return Verdict(State.FAILED, "Discord refused the token", permanent=True, next=Next.STOP_TOKEN)
    if _INTENT_MISSING.search(told):
        return Verdict(State.FAILED, _INTENT, permanent=True, next=Next.STOP_TOKEN)
    if _DISK_FULL.search(told):
        return Verdict(State.FAILED, "the disk is full", next=Next.STOP_DISK)
    if _FORBIDDEN.search(told):
        return Verdict(State.FORBIDDEN, "Discord does not let this token read the channel", permanent=True)
    if _NOT_FOUND.search(told):
        return Verdict(State.FAILED, "Discord knows no such channel any more", permanent=True)
    if facts is not None and facts.messages:
        return Verdict(State.PARTIAL, f"broken off after {facts.messages} messages: {_last_line(told)}")
    if _FATAL.search(text) is None and _FORUM.search(told):
        return Verdict(State.EMPTY, "a forum: its posts are threads and are exported one by one")
    if _FATAL.search(text) is None and _NOTHING_THERE.search(told):
        return Verdict(State.EMPTY, "no message in the window")
    return Verdict(State.FAILED, f"the exporter says: {_cause(told)}")


def _doubt_about_file(asked: IdRange, channel_id: int, facts: FileFacts) -> Verdict | None:
    if facts.broken is not None:
        return Verdict(State.PARTIAL, f"the file is not whole: {facts.broken}")
    if facts.channel_id != channel_id:
        return Verdict(State.FAILED, f"the file holds channel {facts.channel_id}, not the one asked for")
    if not _same_instant(facts.range_after, asked.after) or not _same_instant(facts.range_before, asked.before):
        return Verdict(State.FAILED, "the file holds another window than the one asked for")
    if facts.messages_stated != facts.messages:
        return Verdict(State.PARTIAL, f"the file says {facts.messages_stated} messages and holds {facts.messages}")
    if not facts.ascending:
        return Verdict(State.PARTIAL, "the messages are not in the order of their ids")
    if facts.lowest_id is not None and facts.lowest_id <= asked.after:
        return Verdict(State.PARTIAL, f"message {facts.lowest_id} lies before the window")
    if facts.highest_id is not None and facts.highest_id >= asked.before:
        return Verdict(State.PARTIAL, f"message {facts.highest_id} lies after the window")
    return None


def _same_instant(stated: datetime | None, asked_id: int) -> bool:
    """The file tells the window in times even when it was asked for in ids."""
    if asked_id <= 0 or stated is None:
        return asked_id <= 0 and stated is None
    return abs(stated - time_of(asked_id)) <= _TOLERANCE


def _cause(told: str) -> str:
    """Return the line after `ERROR`, or the last one of a list, short enough for a table."""
    lines = [line.strip() for line in told.splitlines() if line.strip() and not line.lstrip().startswith("at ")]
    if lines and lines[0].startswith("ERROR") and len(lines) > 1:
        return lines[1][:200]
    useful = [line for line in lines if line != "Export failed."]
    return useful[-1][:200] if useful else "nothing"


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "nothing on stderr"
