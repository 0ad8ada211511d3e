"""Sizes as people write them."""

import click
import pytest

from models.commands.byte_size import BYTE_SIZE


@pytest.mark.parametrize(
    ("written", "size"),
    [("20MB", 20_000_000), ("1.5 kB", 1500), ("2MiB", 2_097_152), ("7", 7), ("1gib", 2**30)],
)
def test_units(written, size):
    assert BYTE_SIZE.convert(written, None, None) == size


@pytest.mark.parametrize("written", ["", "MB", "-1", "20 parsec", "1e9", "٣", "20MBB", "1" * 40])
def test_what_is_no_size_says_how_one_is_written(written):
    with pytest.raises(click.BadParameter, match="write 20MB"):
        BYTE_SIZE.convert(written, None, None)
