"""Which words readers of YAML disagree on."""

import pytest

from dcf.yaml_schema import is_disputed


@pytest.mark.parametrize("word", ["yes", "NO", "y", "0644", "+010", "12:30:45", "1_000", "0b10"])
def test_they_disagree(word):
    assert is_disputed(word)


@pytest.mark.parametrize("word", ["", "1.10", "-0", "644", "1e-3", "0x1F", "True", "null", "plain"])
def test_they_agree_on_the_text(word):
    assert not is_disputed(word)
