"""What is written is read back the same by readers of either schema."""

import pytest
import yaml

from dcf.bounded_yaml import read, read_texts
from dcf.yaml_dump import dump

WORDS = (
    "1.10", "0644", "08", "12:30:45", "yes", "No", "y", "N", "0x1F", "0o17", "0b1", "1_000", "+82",
    "1e3", "1E-5", "-.5e+2", ".inf", ".NaN", "~", "null", "True", "2026-01-02", "=", "<<", "", "x",
    "- x", "é", "a: b", "#", "two\nlines\n",
)  # fmt: skip
VALUES = (1, -2, 1.5, 1000.0, True, None, [1, "1"], {"1": 1})


@pytest.mark.parametrize("value", [*WORDS, *VALUES], ids=str)
def test_readers_of_both_schemas_read_it_back(value):
    written = dump({"key": value})
    assert read(written.encode()) == yaml.safe_load(written) == {"key": value}


def test_no_text_is_left_to_the_reader():
    written = dump({word: word for word in WORDS})
    assert read_texts(written.encode()) == ({word: word for word in WORDS}, ())


@pytest.mark.parametrize("word", ["1e3", "y", "0o17", "-.5"])
def test_what_only_one_schema_knows_is_in_quotes(word):
    assert f"'{word}'" in dump(word)
