"""One table says what thresholds and counts may be; wherever they are given, it is asked."""

import math

import pytest

from models.ssd.ranges import RANGES
from models.ssd.settings import Settings
from models.ssd.spec import DefaultsSpec


def test_the_numbers_that_a_call_may_cost():
    assert {name: str(row) for name, row in RANGES.items()} == {
        "threshold": "0 to 1", "iou": "0 to 1", "top_k": "1 to 10000", "max_detections": "1 to 1000"
    }  # fmt: skip


def test_every_record_has_exactly_the_rows():
    rows = set(RANGES)
    assert set(Settings.__struct_fields__) - {"classes", "tiles"} == rows
    assert set(DefaultsSpec.__struct_fields__) == rows


@pytest.mark.parametrize("name", RANGES)
def test_both_ends_are_inside_and_nothing_beyond(name):
    row = RANGES[name]
    assert row.low in row
    assert row.high in row
    beyond = (row.low - 1e-9, row.high + 1e-9, math.nan, math.inf, -math.inf, 10**400, -(10**400))
    assert not any(value in row for value in beyond)


def test_what_a_value_must_be_is_told_in_words():
    assert RANGES["iou"].demand == "must be a number from 0 to 1"
    assert RANGES["top_k"].demand == "must be a whole number from 1 to 10000"
