"""Retry-After: seconds that a queue can use, or nothing."""

import pytest
from multidict import CIMultiDict

from dcf.gateway.queue.retry_after import LONGEST, seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0), ("0", 0.0), ("007", 7.0), ("3600", LONGEST), ("3601", LONGEST),
        ("9" * 400, LONGEST), ("", 0.0), ("-1", 0.0), ("1.5", 0.0), ("1e3", 0.0), ("inf", 0.0),
        (" 7", 0.0), ("²", 0.0), ("٣", 0.0), ("Fri, 31 Dec 1999 23:59:59 GMT", 0.0),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_seconds_are_heard_and_never_more_than_an_hour(text, seconds):
    assert seconds_of(CIMultiDict({"retry-after": text})) == seconds


def test_nothing_said_is_no_pause():
    assert seconds_of({}) == 0
