"""Which lines of a log are one call's."""

import pytest

from dcf.call_lines import CallLines

LOG = [
    ("f-1", "INFO doing it [id-1]", True),
    ("f-1", "ERROR the handler failed [id-1]", True),
    ("f-2", "ERROR the handler failed [id-2]", False),
    ("f-2", "  Traceback of two", False),
    ("f-1", "  Traceback (most recent call last):", True),
    ("f-1", "\tFile", True),
    ("f-1", "INFO another [id-3]", False),
    ("f-1", "  not of it", False),
    ("f-2", '{"message": "call", "call_id": "id-1"}', True),
    ("f-2", "", False),
]


def test_lines_that_name_the_call_and_those_indented_below_are_its_own():
    lines = CallLines("id-1")
    assert [lines.has(instance, text) for instance, text, _ in LOG] == [own for *_, own in LOG]


@pytest.mark.parametrize("text", ["id-11", "xid-1", "id-1-2", "a-id-1", "id_1", "ID-1"])
def test_a_part_of_another_id_is_not_the_call(text):
    assert not CallLines("id-1").has("f", f"INFO [{text}]")


@pytest.mark.parametrize("call", ["a.b", "(", "[x]", "a+", "\\", "$", "a:b"])
def test_an_id_of_any_characters_is_taken_as_it_is(call):
    lines = CallLines(call)
    assert lines.has("f", f"INFO said [{call}]")
    assert not lines.has("f", "INFO aab")


@pytest.mark.parametrize("begins_within", [True, False])
def test_indented_lines_at_the_beginning_are_as_is_said(begins_within):
    lines = CallLines("id-1", begins_within=begins_within)
    assert lines.has("f", "  File") is begins_within
    assert not lines.has("f", "INFO other")
    assert not lines.has("f", "  File")
