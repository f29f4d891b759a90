"""
What a search and a name must find, worked out in plain Python over a small world: no SQL, no code of the query layer.

The rules are those of docs/layer2-queries.md. A text is read as the importer would have stored it; words, phrases and
names match in any case and in either spelling of an accent, by parts of words; wildcards mean themselves.
"""

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LONGEST, MOST_WORDS, LARGEST_ID = 2000, 100, 2**63 - 1
PLACES = {"in": "channels", "server": "guilds", "guild": "guilds", "from": "authors"}
DAYS = ("before", "after", "on", "during")
QUOTES = "“”„‟«»"


class RefusedError(Exception):
    """The search makes no sense; a sentence is due, not an answer."""


def as_stored(text):
    """What PostgreSQL cannot hold is a replacement character, one for one."""
    return "".join("\ufffd" if sign == "\0" or "\ud800" <= sign <= "\udfff" else sign for sign in text)


def lowered(text):
    """Lower case as Unicode's simple mapping has it: each character stays one."""
    return "".join("i" if sign == "İ" else sign.lower() for sign in text)


def spelled(text):
    """The text as it was typed, composed and decomposed."""
    return {lowered(text), *(lowered(unicodedata.normalize(form, text)) for form in ("NFC", "NFD"))}


def holds(text, part):
    """Does the text hold this part?"""
    return any(one in lowered(text) for one in spelled(part))


def same(text, other):
    """Are these the same name?"""
    return lowered(text) in spelled(other)


def id_in(text):
    """The id that ASCII digits spell."""
    return int(text) if text and set(text) <= set("0123456789") and len(text) <= 19 else None


@dataclass
class Understood:
    """A search, taken apart."""

    words: list = field(default_factory=list)
    unwanted_words: list = field(default_factory=list)
    authors: list = field(default_factory=list)
    unwanted_authors: list = field(default_factory=list)
    channels: list = field(default_factory=list)
    unwanted_channels: list = field(default_factory=list)
    guilds: list = field(default_factory=list)
    days: list = field(default_factory=list)


def understood(text):
    """Take a search apart, character by character."""
    if len(text) > LONGEST:
        raise RefusedError("length")
    text = "".join('"' if sign in QUOTES else sign for sign in as_stored(text))
    found = Understood()
    while text := text.lstrip():
        minus = len(text) > 1 and text[0] == "-" and text[1] != "-" and not text[1].isspace()
        text = text[1:] if minus else text
        key = next((key for key in (*PLACES, *DAYS) if _starts(text, key)), None)
        text = text[len(key) + 1 :] if key else text
        if text[0] == '"':
            value, _, text = text[1:].partition('"')
        else:
            value = text.split(maxsplit=1)[0]
            text = text[len(value) :]
        _add(found, key, " ".join(value.split()), minus)
    if found == Understood():
        raise RefusedError("nothing")
    if len({*found.words}) + len({*found.unwanted_words}) > MOST_WORDS:
        raise RefusedError("words")
    return found


def _starts(text, key):
    """Does a key stand here, with something behind its colon?"""
    head, rest = text[: len(key) + 1], text[len(key) + 1 :]
    return head.isascii() and head.lower() == f"{key}:" and rest != "" and not rest[0].isspace()


def _add(found, key, value, minus):
    if key in DAYS:
        if minus:
            raise RefusedError("minus")
        found.days.append((key, _day(value)))
    elif PLACES.get(key) == "guilds" and minus:
        raise RefusedError("minus")
    elif value:
        getattr(found, ("unwanted_" if minus else "") + PLACES.get(key, "words")).append(value)


def _day(text):
    parts = text.split("-")
    if [len(part) for part in parts] != [4, 2, 2] or not all(id_in(part) is not None for part in parts):
        raise RefusedError("day")
    try:
        day = datetime(*map(int, parts), tzinfo=UTC)
    except ValueError:
        raise RefusedError("day") from None
    if not datetime(2000, 1, 1, tzinfo=UTC) <= day <= datetime(2200, 1, 1, tzinfo=UTC):
        raise RefusedError("day")
    return day


def instant(text, zone):
    """The instant of a day or a moment, on the clock of a zone unless it says another."""
    digits = "".join("d" if sign in "0123456789" else sign for sign in text.upper())
    day, rest = digits[:10], digits[11:]
    clock, offset = rest, ""
    for mark in ("Z", "+", "-"):
        if mark in rest:
            clock, offset = rest[: rest.index(mark)], rest[rest.index(mark) :]
    is_clock = clock in {"dd:dd", "dd:dd:dd", *("dd:dd:dd." + "d" * number for number in range(1, 7))}
    is_offset = offset in {"", "Z", "+dddd", "-dddd", "+dd:dd", "-dd:dd"}
    if day != "dddd-dd-dd" or (len(text) > 10 and not (digits[10] in "T " and is_clock and is_offset)):
        raise RefusedError("instant")
    try:
        found = datetime.fromisoformat(text.upper())
        return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise RefusedError("instant") from None


class Model:
    """A world, searched by looking at every message. Channels have no threads here, and nothing was deleted."""

    def __init__(self, world):
        self.world = world
        self.channels = {channel.id: channel for channel in world.channels}
        self.people = {person.id: person for person in world.people}

    def search(self, text, zone="UTC"):
        """What a search finds, the newest first: ids, names and texts."""
        asked = understood(text)
        guilds = self._places(asked.guilds, self.world.guilds) if asked.guilds else {*self.world.guilds}
        names = {one.id: one.name for one in self.world.channels if one.guild_id in guilds}
        channels = self._places(_bare(asked.channels), names) if asked.channels else {*names}
        channels -= self._places(_bare(asked.unwanted_channels), names)
        authors = self.accounts(asked.authors) if asked.authors else {*self.people}
        authors -= self.accounts(asked.unwanted_authors)
        found = [
            message
            for message in self.world.messages
            if message.channel_id in channels
            and message.author_id in authors
            and all(_within(message.at, *day, zone) for day in asked.days)
            and all(holds(message.content, word) for word in asked.words)
            and not any(holds(message.content, word) for word in asked.unwanted_words)
        ]
        return [self._shown(message) for message in sorted(found, key=lambda one: (one.at, one.id), reverse=True)]

    def _shown(self, message):
        channel, author = self.channels[message.channel_id], self.people[message.author_id]
        name = dict(author.nicknames).get(channel.guild_id, author.name)
        return (message.id, self.world.guilds[channel.guild_id], channel.name, name, message.content)

    def accounts(self, names):
        """The ids that these names mean; one that means nobody is refused."""
        return {one for name in names for one in self._account(as_stored(name))}

    def _account(self, name):
        if len(name) > LONGEST:
            raise RefusedError("length")
        bare = name.removeprefix("@") or name
        number = id_in(bare) if len(bare) >= 15 else None
        if number is not None and 0 < number <= LARGEST_ID:
            return {number}
        return {one.id for one in self.people.values() if any(same(known, bare) for known in _names(one))} or _refuse()

    def _places(self, names, known):
        return {one for name in names for one in self.place(name, known)}

    def place(self, name, known):
        """The ids among *known* that have this name; white space around it does not count."""
        number = id_in(name.strip())
        if number in known:
            return {number}
        return {one for one, other in known.items() if _folded(other) == _folded(as_stored(name))} or _refuse()

    def users(self, text):
        """Accounts by name, as they are listed: ids and names."""
        if len(text) > LONGEST:
            raise RefusedError("length")
        part = as_stored(text).strip().removeprefix("@") or _refuse()
        graded = [(self._grade(person, part), person) for person in self.people.values()]
        found = [(grade, one.author_kind, one.name.encode(), one.id) for grade, one in graded if grade is not None]
        return [(one, self.people[one].name, {*_names(self.people[one])}) for *_, one in sorted(found)]

    def _grade(self, person, part):
        names, forms = [lowered(name) for name in _names(person)], spelled(part)
        if id_in(part) == person.id or any(same(name, part) for name in names):
            return 0
        if any(name.startswith(form) for name in names for form in forms):
            return 1
        return 2 if any(form in name for name in names for form in forms) else None


def _names(person):
    return [person.name, *(name for _, name in person.nicknames)]


def _bare(names):
    return [name.removeprefix("#") or name for name in names]


def _folded(name):
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).casefold())


def _within(instant, key, day, zone):
    local = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)
    after = day + timedelta(days=1)
    return {"before": local < day, "after": local >= after}.get(key, day <= local < after)


def _refuse():
    raise RefusedError("nobody")
