"""A few lines of a kind a minute, then one with a count; whatever comes, little is remembered."""

import pytest

from dcf.gateway.telemetry.flood import ALL, EACH, SECONDS, Flood, Sum


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def flood(clock):
    return Flood(clock)


def test_the_first_few_pass_and_the_rest_is_summed_when_the_minute_is_over(flood, clock):
    passed = [flood.passes("refused", "f") for _ in range(1000)]
    assert passed == [True] * EACH + [False] * (1000 - EACH)
    assert flood.sums() == []
    assert flood.due == SECONDS
    clock.now += SECONDS
    assert flood.sums() == [Sum("refused", 1000 - EACH)]
    assert (flood.sums(), flood.due) == ([], None)
    assert flood.passes("refused", "f")  # the next minute


def test_one_key_does_not_hide_another_but_all_together_are_bounded(flood):
    passed = [flood.passes("failed", key) for key in range(1000) for _ in range(EACH + 1)]
    assert sum(passed) == ALL
    assert flood.passes("other", 0)
    assert flood.last_sums() == [Sum("failed", 1000 * (EACH + 1) - ALL)]


def test_little_is_remembered_whatever_comes(flood, clock):
    for key in range(10_000):
        flood.passes("failed", key)
    assert len(flood._windows["failed"].passed) <= ALL
    for group in range(100):
        flood.passes(group, "x")
    clock.now += SECONDS
    flood.sums()
    assert (len(flood._windows), len(flood._ends)) == (0, 0)


def test_a_minute_in_which_nothing_was_left_out_ends_in_silence(flood, clock):
    flood.passes("a", 1)
    clock.now += SECONDS
    assert flood.sums() == []


def test_minutes_end_in_the_order_in_which_they_began(flood, clock):
    for group in ("a", "b"):
        for _ in range(EACH + 1):
            flood.passes(group, 1)
        clock.now += 10
    clock.now += SECONDS - 20
    assert flood.sums() == [Sum("a", 1)]
    assert flood.due == 10
    assert flood.last_sums() == [Sum("b", 1)]


def test_limits_of_its_own(flood):
    assert [flood.passes("log", "p", 2, 5) for _ in range(3)] == [True, True, False]
