"""Times as text: one form, so that text order is time order."""

import pytest

from dcf.errors import InvalidRequest
from dcf.providers.stamp import now, stamp_of


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("", ""),
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000000Z"),
        ("2026-01-31T12:00:00.5+02:00", "2026-01-31T10:00:00.500000Z"),
        ("2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00.123456Z"),
        ("2026-01-31", "2026-01-31T00:00:00.000000Z"),
    ],
)
def test_every_way_to_write_a_time_has_one_stamp(text, stamp):
    assert stamp_of(text) == stamp


def test_a_stamp_of_now_is_its_own_and_later_ones_come_later():
    first, second = now(), now()
    assert stamp_of(first) == first <= second


@pytest.mark.parametrize("text", ["yesterday", "12", "2026-13-01T00:00:00Z"])
def test_what_is_no_time_says_how_to_write_one(text):
    with pytest.raises(InvalidRequest, match="give a time as 2026-01-31T12:00:00Z"):
        stamp_of(text)
