"""
Messages that are stored just as they stand in the file: recognised by their text, and not read any further.

A later export of a channel shows most of its messages again. Each is stored with the digest of the text it was read
from; where the file's text has the same, its rows would be the same. The people whom it shows are those whom the stored
message shows: who they are is noted on the server. That all stored messages between two ids were seen again is noted as
one range, whatever their number.
"""

from collections.abc import Callable, Sequence
from itertools import compress
from typing import NamedTuple

from msgspec import Raw

from discord_airflow.collectors.export_lines import is_json
from discord_airflow.collectors.export_reader import CutBlock, ExportReader, Piece
from discord_airflow.collectors.intake import Intake, OutOfOrderError
from discord_airflow.collectors.json_window import told_id
from discord_airflow.collectors.values import is_in_order

_BATCH_BYTES = 1 << 20
_MOST_RECOGNISED = 8192  # are kept before they are told: most of them show the same people

Known = tuple[int, int | None, bool, bool]
"""
A stored message of the channel: its id; the digest of its text, None where it must be compared; whether the file shows
it later than the one it was stored from; whether its id and its time disagree.
"""


class Request(NamedTuple):
    """Which stored messages are asked for: all in a range of ids, or, if those are too many, the ones in the file."""

    from_id: int
    to_id: int
    ids: list[int]
    recognised: list[int]
    """Messages of earlier requests: the people whom they show were seen again."""


Answer = Callable[[], tuple[Sequence[Known], bool]]
"""Waits for stored messages in rising order, and whether they are all of the range."""

Ask = Callable[[Request], Answer]
"""Asks for stored messages; while the server looks, more can be read."""


class _Batch:
    """Messages in the order of the file."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.texts: list[Raw | bytes] = []
        self.byte_size = 0


class Recognition:
    """
    Stands between a reader and an *intake*, and keeps from it what is stored already.

    *ask* finds the stored messages; none has an id above *ceiling*. Ids must rise or fall through the file; otherwise
    OutOfOrderError is raised. At the end `recognised` has those messages that no request told of.
    """

    def __init__(self, reader: ExportReader, intake: Intake, ask: Ask, ceiling: int) -> None:
        self.recognised: list[int] = []
        self._reader = reader
        self._intake = intake
        self._ask = ask
        self._ceiling = ceiling
        self._batch = _Batch()
        self._asked: tuple[_Batch, Answer] | None = None
        self._rising: bool | None = None
        self._reached: int | None = None
        self._compared: set[int] = set()  # by the intake since then: these end no range
        self._range: tuple[int, int] | None = None
        self._range_is_older = False

    def take(self, piece: Piece | CutBlock) -> None:
        """Take the next piece of the file."""
        if isinstance(piece, CutBlock):
            self._add(piece.texts, piece.byte_size)
        elif isinstance(piece, bytes):
            text = piece.strip()
            if is_json(text):
                self._add([text], len(text))
            else:
                self._settle_all()
                self._compare(text)
        else:
            self._settle_all()
            self._intake.take(piece)
        if self._batch.byte_size >= _BATCH_BYTES or self._reached is None:
            self._flush()

    def finish(self) -> None:
        """Take note that the file ended."""
        self._settle_all()
        self._close_range()

    def _add(self, texts: Sequence[Raw | bytes], byte_size: int) -> None:
        numbers = [number for text in texts if (number := told_id(text)) is not None]
        if len(numbers) < len(texts):
            self._settle_all()
            for text in texts:
                self._compare(bytes(text))
            return
        self._batch.numbers += numbers
        self._batch.texts += texts
        self._batch.byte_size += byte_size

    def _compare(self, text: bytes) -> None:
        before = self._intake.stored
        self._intake.take(text)
        if self._intake.stored > before and self._intake.last_id is not None:
            self._compared.add(self._intake.last_id)

    def _flush(self) -> None:
        """Ask what is stored of the batch, and settle the one before."""
        batch, self._batch = self._batch, _Batch()
        if not batch.numbers:
            return
        self._check_order(batch.numbers)
        answer = self._stored(batch.numbers)
        self._settle()
        self._asked = batch, answer
        self._reached = batch.numbers[-1]
        if self._rising and self._reached > self._ceiling:
            self._reader.cutting = False

    def _settle(self) -> None:
        """Decide what becomes of the batch that was asked about."""
        if self._asked is None:
            return
        (batch, answer), self._asked = self._asked, None
        stored, is_all = answer()
        if self._rising is False:
            stored = stored[::-1]
        marks = self._recognised(batch, stored)
        recognised = list(compress(batch.numbers, marks))
        self._hand_on(batch, marks)
        self._extend_ranges(stored, set(recognised), gapless=is_all)
        self.recognised += recognised
        self._compared = set()

    def _settle_all(self) -> None:
        self._flush()
        self._settle()

    def _check_order(self, numbers: list[int]) -> None:
        chain = numbers if self._reached is None else [self._reached, *numbers]
        if self._rising is None and len(chain) > 1:
            self._rising = chain[1] > chain[0]
        if not is_in_order(chain, rising=self._rising is not False):
            raise OutOfOrderError

    def _stored(self, numbers: list[int]) -> Answer:
        """Ask what is stored from where the last batch ended to where this one does."""
        first, last = numbers[0], numbers[-1]
        if min(first, last) > self._ceiling:
            return lambda: ((), True)
        recognised: list[int] = []
        if len(self.recognised) >= _MOST_RECOGNISED:
            recognised, self.recognised = self.recognised, []
        if self._rising is False:
            from_id, to_id = last, first if self._reached is None else self._reached - 1
        else:
            from_id, to_id = first if self._reached is None else self._reached + 1, last
        return self._ask(Request(from_id, to_id, numbers, recognised))

    def _recognised(self, batch: _Batch, stored: Sequence[Known]) -> list[bool]:
        """Return of each message whether its very text was stored."""
        if not stored:
            return [False] * len(batch.numbers)
        known = {number: digest for number, digest, _, _ in stored}.get
        digests = self._intake.digests_of(batch.texts)
        return [known(each) == digest for each, digest in zip(batch.numbers, digests, strict=True)]

    def _hand_on(self, batch: _Batch, marks: list[bool]) -> None:
        begin = 0
        while begin < len(marks):
            if not marks[begin]:
                self._compare(bytes(batch.texts[begin]))
                begin += 1
                continue
            try:
                end = marks.index(False, begin)
            except ValueError:
                end = len(marks)
            part = slice(begin, end)
            self._intake.confirm(batch.numbers[part], batch.texts[part])
            begin = end

    def _extend_ranges(self, stored: Sequence[Known], confirmed: set[int], *, gapless: bool) -> None:
        """Go through what is stored: what the file does not show, or shows unusably, ends a range."""
        for number, _, is_older, is_off_clock in stored:
            if not gapless:
                self._close_range()
            if number in confirmed:
                self._range = (number if self._range is None else self._range[0], number)
                self._range_is_older |= is_older
                self._intake.rows.off_clock += is_off_clock
            elif number not in self._compared:
                self._close_range()
        if not gapless:
            self._close_range()

    def _close_range(self) -> None:
        if self._range is not None and self._range_is_older:
            self._intake.rows.confirm(min(self._range), max(self._range))
        self._range, self._range_is_older = None, False
