"""A list of packages with nothing in it asks for nothing."""

import pytest

from dcf.providers.packed.requirements import wants_nothing


@pytest.mark.parametrize(
    ("text", "nothing"),
    [("", True), ("\n \n# numpy\n  # more", True), ("numpy", False), ("# a\nnumpy # b\n", False),
     ("-r other.txt", False)],
)  # fmt: skip
def test_comments_ask_for_nothing(text, nothing):
    assert wants_nothing(text) is nothing
