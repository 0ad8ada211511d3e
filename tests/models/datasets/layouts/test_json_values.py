import pytest

from models.datasets.layouts.json_values import field, number, shown, text


@pytest.mark.parametrize(
    ("value", "read"),
    [(3, 3), (0, 0), (3.0, 3), (3.5, None), (-1, None), (True, None), ("3", None), (None, None),
     ([3], None), (float("nan"), None), (float("inf"), None)],
)  # fmt: skip
def test_numbers_are_whole_and_not_below_zero(value, read):
    assert number({"id": value}, "id") == read


@pytest.mark.parametrize("entry", [None, 7, "id", ["id"], {}])
def test_what_has_no_such_name(entry):
    assert field(entry, "id") is None
    assert number(entry, "id") is None
    assert text(entry, "id") == ""


def test_texts():
    assert text({"a": "b"}, "a") == "b"
    assert text({"a": 1}, "a") == ""


def test_values_are_shown_short():
    assert shown({"a": "ü"}) == '{"a": "ü"}'
    assert len(shown("x" * 1000)) == 80
