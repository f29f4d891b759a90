"""Ids in order, and instants: only the exporter's own form is one."""

import pytest

from discord_airflow.collectors.values import BadValueError, is_in_order, parse_instant


@pytest.mark.parametrize(
    ("ids", "rises", "falls"),
    [
        ([], True, True),
        ([5], True, True),
        ([1, 2, 9], True, False),
        ([9, 2, 1], False, True),
        ([1, 3, 2], False, False),
    ],
)
def test_ids_rise_or_fall(ids, rises, falls):
    """One alone does both."""
    assert (is_in_order(ids, rising=True), is_in_order(ids, rising=False)) == (rises, falls)


def test_an_id_that_returns_neither_rises_nor_falls():
    """It would go straight into the tables twice."""
    assert not is_in_order([1, 2, 2], rising=True)
    assert not is_in_order([2, 2, 1], rising=False)


@pytest.mark.parametrize("digits", range(7))
@pytest.mark.parametrize(("zone", "minutes"), [("+00:00", 0), ("+05:30", 330), ("-11:00", -660)])
def test_an_instant_has_up_to_six_digits_of_fraction_and_an_offset_to_either_side(digits, zone, minutes):
    """The microseconds are those of the text."""
    fraction = "123456"[:digits]
    text = f"2026-03-05T09:15:30{'.' if digits else ''}{fraction}{zone}"
    instant, offset = parse_instant(text)
    whole, _ = parse_instant(f"2026-03-05T09:15:30{zone}")
    assert offset == minutes
    assert instant - whole == int(fraction.ljust(6, "0"))


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-03-05", "2026-03-05T09:15:30", "2026-03-05T09:15:30Z", "2026-03-05 09:15:30+00:00",
        "2026-03-05T09:15:30.1234567+00:00", "2026-03-05T09:15:30.+00:00", "2026-03-05T09:15:30,5+00:00",
        "20260305T091530+0000", "2026-03-05T09:15:30+00:00\n", "2026-03-0\u0665T09:15:30+00:00",
        "2026-13-05T09:15:30+00:00", "0001-01-01T00:00:00+00:00", "2026-03-05T09:15:30+16:00",
    ],
)  # fmt: skip
def test_another_form_is_no_instant(text):
    """PostgreSQL would read some of them, and not as they were meant."""
    with pytest.raises(BadValueError):
        parse_instant(text)
