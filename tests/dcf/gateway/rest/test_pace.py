"""How fast a body comes: by windows of some seconds, of a clock that is moved by hand."""

import pytest

from dcf.gateway.bounds import BODY_RATE
from dcf.gateway.rest.pace import Pace

SECONDS = 10
ENOUGH = BODY_RATE * SECONDS


def begun():
    pace = Pace(SECONDS)
    pace.restart(100, 5)  # bytes of earlier requests count for nothing
    return pace


@pytest.mark.parametrize(("came", "is_slow"), [(0, True), (ENOUGH - 1, True), (ENOUGH, False)])
def test_a_window_is_judged_at_its_end_and_not_before(came, is_slow):
    pace = begun()
    assert not pace.is_too_slow(100 + SECONDS, 5)
    assert pace.is_too_slow(100 + SECONDS + 1, 5 + came) is is_slow


def test_what_came_in_one_window_does_not_count_in_the_next():
    pace = begun()
    assert not pace.is_too_slow(111, 5 + 10 * ENOUGH)
    assert not pace.is_too_slow(121, 5 + 10 * ENOUGH)
    assert pace.is_too_slow(122, 5 + 10 * ENOUGH + ENOUGH - 1)


def test_silence_is_two_ticks_without_a_byte():
    pace = begun()
    assert not pace.is_silent(101, 5)
    assert pace.is_silent(102, 5)
    assert not pace.is_silent(102, 6)  # something has come, though nobody noted it yet
    assert not pace.is_too_slow(103, 6)
    assert not pace.is_silent(104, 6)
    assert pace.is_silent(105, 6)


def test_a_new_window_does_not_end_a_silence():
    pace = begun()
    pace.is_too_slow(101, 6)
    pace.is_too_slow(111, 6)
    pace.is_too_slow(112, 6)  # the second window has begun
    assert pace.is_silent(112, 6)
