"""The table of settings itself: every row can be read, told and set in each way there is."""

import pytest

from watcher.configuration import values
from watcher.configuration.settings import SETTINGS, Setting


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.name)
def test_a_default_is_a_value_of_its_own_row(row):
    value = values.convert(row, row.default, row.name)
    kinds = {"bool": bool, "int": int, "seconds": (int, float)}
    assert isinstance(value, kinds.get(row.kind, str))
    assert row.help.endswith(".")


def test_no_two_rows_are_set_by_one_name():
    names = [name for row in SETTINGS for name in {row.name, row.name.lower(), *row.other_names}]
    flags = [row.flag for row in SETTINGS]
    assert len(names) == len(set(names))
    assert len(flags) == len(set(flags))


@pytest.mark.parametrize(
    ("row", "words", "alone"),
    [
        (Setting("A_B", "1", "int", "x", low=1, high=1024), "a number from 1 to 1024", False),
        (
            Setting("A", "1", "seconds", "x", low=0.1, high=86400),
            "seconds, or a length such as 30s or 1m30s, from 0.1 to 86400",
            False,
        ),
        (Setting("A", "", "bool", "x"), "true or false", True),
        (Setting("A", "a", "choice", "x", choices=("a", "b")), "one of a, b", False),
        (Setting("A", "auto", "choice", "x", choices=("auto", "true")), "one of auto, true", True),
        (Setting("A", "", "text", "x"), "any text", False),
        (Setting("A", "", "secret", "x"), "any text", False),
    ],
    ids=lambda each: getattr(each, "kind", None),
)
def test_a_range_is_told_in_words(row, words, alone):
    assert row.allowed == words
    assert row.can_be_true is alone


def test_the_flag_is_the_name_as_a_command_line_spells_it():
    assert Setting("MAX_BODY_BYTES", "1", "int", "x").flag == "--max-body-bytes"


@pytest.mark.parametrize("low_or_high", ["low", "high"])
def test_both_ends_of_a_range_are_in_it(low_or_high):
    for row in SETTINGS:
        if row.kind in {"int", "seconds"}:
            end = getattr(row, low_or_high)
            assert values.convert(row, f"{end:f}".rstrip("0").rstrip("."), row.name) == end
            beyond = f"{end + (1 if low_or_high == 'high' else -1):.0f}"
            with pytest.raises(values.BadValue, match=row.name):
                values.convert(row, beyond, row.name)
