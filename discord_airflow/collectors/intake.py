"""From the pieces of a file to rows: the one place that decides what becomes of each message."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from struct import Struct

from msgspec import Raw

from discord_airflow.collectors.export_format import Message
from discord_airflow.collectors.export_reader import ExportReader, Piece, decode_raws
from discord_airflow.collectors.import_summary import Trouble
from discord_airflow.collectors.json_window import Skipped, told_id
from discord_airflow.collectors.lenient_message import id_of, lenient_message, strict_message
from discord_airflow.collectors.message_rows import MessageRows
from discord_airflow.collectors.plain_json import compact_json, encode_json, parse_json
from discord_airflow.collectors.values import BadValueError, is_in_order, parse_instant

MOST_TROUBLES = 10_000
"""Of one file no more are kept one by one; all are counted."""

_SAMPLE = 200
_first_64_bits = Struct(">q24x").unpack  # of the 256 of a hash
_ROWS = b"rows 1"
"""Another text here when the rows that a message becomes change: what older releases stored must be read again then."""


class OutOfOrderError(Exception):
    """Ids neither rise nor fall through the file, so one of them may return: everything must be staged."""


class Intake:
    """
    Takes the pieces of one file and hands their messages to *rows*.

    *skipped* are positions of messages that repeat an id and lose. With *strict_order*, ids that neither rise nor fall
    raise OutOfOrderError.
    """

    def __init__(self, rows: MessageRows, *, skipped: frozenset[int] = frozenset(), strict_order: bool = False) -> None:
        self.rows = rows
        self.position = 0
        self.stored = 0
        self.confirmed = 0
        self.quarantined = 0
        self.replaced_characters = 0
        self.troubles: list[Trouble] = []
        self.first_id: int | None = None
        self.last_id: int | None = None
        self.lowest_id: int | None = None
        self.highest_id: int | None = None
        self.in_order = True
        self.sample: list[Message] = []
        self._skipped = skipped
        self._strict_order = strict_order
        self._rising: bool | None = None
        # The same text makes other rows in another guild.
        self._mark = _first_64_bits(sha256(_ROWS + str(rows.people.guild_id).encode()).digest())[0]

    def take(self, piece: Piece) -> None:
        """Collect the rows of a piece."""
        if isinstance(piece, bytes):
            self._take_text(piece)
        elif isinstance(piece, Skipped):
            place = f"messages[{self.position}]"
            self._trouble(Trouble(self.position, place, piece.reason, piece.detail, piece.message_id))
            self.position += 1
        else:
            self._take_messages(piece.messages, decode_raws(piece.text))

    def confirm(self, numbers: list[int], texts: Sequence[Raw | bytes]) -> None:
        """Count messages, with these ids and texts, that are stored as they stand."""
        if len(self.sample) < _SAMPLE:
            self.sample += filter(None, map(strict_message, texts))
        self.position += len(numbers)
        self.confirmed += len(numbers)
        self._count(numbers)

    def digests_of(self, texts: Iterable[Raw | bytes]) -> list[int]:
        """Return what is stored of the texts that messages were read from: of each 64 bits of a hash."""
        mark = self._mark
        return [_first_64_bits(sha256(text).digest())[0] ^ mark for text in texts]

    def _take_messages(self, messages: list[Message], texts: Sequence[Raw | bytes]) -> None:
        if len(self.sample) < _SAMPLE:
            self.sample += messages
        add, skipped = self.rows.add, self._skipped
        numbers = []
        for message, digest in zip(messages, self.digests_of(texts), strict=True):
            if self.position not in skipped:
                try:
                    numbers.append(add(message, self.position, digest))
                except BadValueError:
                    self._count(numbers)
                    numbers = []
                    self._take_with_care(encode_json(message))
                    continue
            self.position += 1
        self._count(numbers)

    def refuse(self, reason: str, detail: str, *, whole_file: bool) -> None:
        """Note that reading ended here."""
        place = "" if whole_file else f"messages[{self.position}]"
        self._trouble(Trouble(self.position, place, reason, detail))

    def reached(self, after_id: int, before_id: int) -> tuple[int, int]:
        """Return the part of a range of ids, both ends exclusive, up to the last message that was stored."""
        if self.lowest_id is None or self.highest_id is None:
            return after_id, after_id
        if self._rising is False:
            return self.lowest_id - 1, before_id
        return after_id, self.highest_id + 1

    def _take_text(self, text: bytes) -> None:
        if self.position in self._skipped:
            self.position += 1
            return
        message = strict_message(text)
        if message is None:
            self._take_with_care(text)
            return
        self._take_messages([message], [text.strip()])

    def _take_with_care(self, text: bytes) -> None:
        value: object = None
        try:
            value, replaced = parse_json(text)
            number = self._add_value(value)
        except BadValueError as trouble:
            place = f"messages[{self.position}]" + (f".{trouble.place}" if trouble.place else "")
            number = told_id(text) if value is None else id_of(value)
            self._trouble(Trouble(self.position, place, trouble.reason, trouble.detail, number))
        else:
            self.replaced_characters += replaced
            self._count([number])
        self.position += 1

    def _add_value(self, value: object) -> int:
        message = strict_message(compact_json(value).encode())
        if message is not None:
            try:
                return self.rows.add(message, self.position)
            except BadValueError:
                pass  # no column can hold something in it; what can be held is taken, and its residue
        message, residue = lenient_message(value)
        self.sample += [message] if len(self.sample) < _SAMPLE else []
        return self.rows.add(message, self.position, residue=residue)

    def _count(self, numbers: list[int]) -> None:
        """Count the messages with these ids, and see whether ids still rise, or fall, from one to the next."""
        if not numbers:
            return
        self.stored += len(numbers)
        chain = numbers if self.last_id is None else [self.last_id, *numbers]
        self._check_order(chain)
        lowest, highest = min(numbers), max(numbers)
        self.lowest_id = lowest if self.lowest_id is None else min(lowest, self.lowest_id)
        self.highest_id = highest if self.highest_id is None else max(highest, self.highest_id)
        self.first_id = numbers[0] if self.first_id is None else self.first_id
        self.last_id = numbers[-1]

    def _check_order(self, chain: list[int]) -> None:
        if self._rising is None and len(chain) > 1:
            self._rising = chain[1] > chain[0]
        if not is_in_order(chain, rising=self._rising is not False):
            self.in_order = False
            if self._strict_order:
                raise OutOfOrderError

    def _trouble(self, trouble: Trouble) -> None:
        self.quarantined += 1
        if len(self.troubles) < MOST_TROUBLES:
            self.troubles.append(trouble)


def newest_instant(reader: ExportReader) -> int | None:
    """Return the latest time of a message or an edit, in microseconds since Discord's epoch."""
    newest: int | None = None
    for piece in reader.pieces():
        if isinstance(piece, Skipped):
            continue
        for message in [strict_message(piece)] if isinstance(piece, bytes) else piece.messages:
            for text in _times(message, piece):
                try:
                    instant, _ = parse_instant(text)
                except BadValueError:
                    continue
                newest = instant if newest is None or instant > newest else newest
    return newest


def _times(message: Message | None, piece: Piece) -> tuple[str, ...]:
    if message is None and isinstance(piece, bytes):
        try:
            message, _ = lenient_message(parse_json(piece)[0])
        except BadValueError:
            return ()
    if message is None:
        return ()
    return (message.timestamp,) if message.timestampEdited is None else (message.timestamp, message.timestampEdited)
