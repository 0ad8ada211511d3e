"""The rule of scaling: examples for its words, and any load for what must always hold."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcf.gateway.scaling.rule import MEAN_SECONDS, Rule
from dcf.scale_labels import CAPACITY, RPS, Policy

TEN = Policy(1, 8, CAPACITY, target=10.0, proportion=1.0, window=60.0)
ZERO = Policy(1, 8, CAPACITY, target=10.0, proportion=1.0, zero=True, zero_seconds=30.0)


class Driver:
    """A rule with a clock, and calls that never end before they are told to."""

    def __init__(self, policy, replicas=1):
        self.now, self.begun = 1000.0, 0
        self.rule = Rule(policy, self.now, replicas)

    def hold(self, in_flight, seconds, begun=0):
        """So many calls for so long, looked at once a second; what was wanted, second by second."""
        wanted = []
        for _ in range(seconds):
            self.now += 1.0
            self.begun += begun
            wanted.append(self.rule.sampled(self.now, in_flight, self.begun))
        return wanted


@pytest.mark.parametrize(
    ("in_flight", "replicas"), [(0, 1), (10, 1), (11, 2), (20, 2), (21, 3), (80, 8), (5000, 8)]
)
def test_a_steady_load_has_its_number_after_the_mean_and_keeps_it(in_flight, replicas):
    driver = Driver(TEN)
    driver.hold(in_flight, math.ceil(MEAN_SECONDS))
    assert set(driver.hold(in_flight, 200)) == {replicas}


@pytest.mark.parametrize(("rate", "replicas"), [(0, 1), (10, 1), (11, 2), (35, 4), (900, 8)])
def test_calls_a_second_are_counted_however_short_they_are(rate, replicas):
    driver = Driver(Policy(1, 8, RPS, target=10.0, proportion=1.0))
    driver.hold(0, 10, begun=rate)
    assert set(driver.hold(0, 100, begun=rate)) == {replicas}


def test_the_proportion_leaves_room():
    driver = Driver(Policy(1, 20, CAPACITY, target=50.0, proportion=0.9))
    assert driver.hold(45, 10)[-1] == 1
    assert driver.hold(46, 10)[-1] == 2


def test_down_it_goes_when_the_window_has_passed():
    driver = Driver(TEN)
    assert driver.hold(75, 10)[-1] == 8
    falling = driver.hold(0, 90)
    assert falling[:60] == [8] * 60
    assert falling[-1] == 1


def test_a_load_that_comes_and_goes_within_the_window_moves_nothing():
    driver = Driver(TEN)
    seen = [each for _ in range(20) for each in driver.hold(75, 10) + driver.hold(0, 20)]
    assert set(seen[10:]) == {8}


def test_a_single_moment_moves_little():
    driver = Driver(TEN)
    driver.hold(5, 10)
    assert driver.hold(12, 1) == [1]


def test_without_a_window_it_follows_at_once():
    driver = Driver(Policy(1, 8, CAPACITY, target=10.0, proportion=1.0, window=0.0))
    assert driver.hold(75, 10)[-1] == 8
    assert driver.hold(0, 8)[-1] == 1


def test_nobody_calls_and_it_rests_until_a_call_comes():
    driver = Driver(ZERO)
    assert driver.hold(0, 28) == [1] * 28
    assert driver.hold(0, 10)[-1] == 0
    assert driver.rule.called(driver.now) == 1
    assert driver.hold(1, 40) == [1] * 40  # a long call is no silence
    assert driver.hold(0, 29)[-1] == 1
    assert driver.hold(0, 2)[-1] == 0


def test_a_burst_at_zero_has_one_at_once_and_what_it_needs_a_second_later():
    driver = Driver(ZERO)
    driver.hold(0, 40)
    assert driver.rule.called(driver.now) == 1
    assert driver.rule.called(driver.now) == 1
    assert driver.hold(35, 3) == [4, 4, 4]  # the silence before is in no mean


def test_calls_that_wait_elsewhere_wake_it_too():
    driver = Driver(ZERO)
    driver.hold(0, 40)
    assert driver.hold(2, 1) == [1]


def test_zero_by_hand_stays_where_calls_do_not_start_it():
    driver = Driver(TEN)
    assert driver.rule.counted(driver.now, 0) == 0
    assert driver.rule.called(driver.now) == 0
    assert driver.hold(50, 20) == [0] * 20
    assert driver.rule.counted(driver.now, 2) == 2
    assert driver.hold(50, 20)[-1] == 5


def test_a_number_by_hand_is_kept_as_long_as_one_by_load():
    driver = Driver(TEN)
    driver.hold(75, 10)
    driver.hold(0, 10)
    assert driver.rule.counted(driver.now, 3) == 3
    assert driver.hold(0, 60)[-1] == 3
    assert driver.hold(0, 10)[-1] == 1


def test_less_than_the_least_by_hand_is_mended_at_the_next_look():
    driver = Driver(Policy(3, 8, CAPACITY, target=10.0))
    driver.rule.counted(driver.now, 1)
    assert driver.hold(0, 1) == [3]


def test_counts_that_begin_again_are_no_negative_load():
    driver = Driver(Policy(1, 8, RPS, target=10.0, proportion=1.0))
    driver.hold(0, 10, begun=50)
    driver.begun = 0
    assert set(driver.hold(0, 70)) <= {5, 1}
    assert driver.rule.load == 0.0


policies = st.builds(
    lambda least, more, **rest: Policy(least, least + more, **rest),
    st.integers(1, 5), st.integers(0, 20),
    kind=st.sampled_from([CAPACITY, RPS]),
    target=st.floats(0.5, 100.0), proportion=st.floats(0.1, 1.0),
    zero=st.booleans(), zero_seconds=st.floats(1.0, 60.0), window=st.floats(0.0, 300.0),
)  # fmt: skip
events = st.lists(
    st.one_of(
        st.tuples(
            st.just("sampled"), st.floats(0.0, 20.0), st.integers(0, 400), st.integers(0, 500)
        ),
        st.tuples(st.just("called"), st.floats(0.0, 5.0)),
        st.tuples(st.just("counted"), st.floats(0.0, 5.0), st.integers(0, 32)),
    ),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(policies, events)
def test_whatever_comes_its_promises_hold(policy, happened):
    now, begun, rule, by_hand = 0.0, 0, Rule(policy, 0.0, policy.least), policy.least
    wishes, quiet_since = [(0.0, policy.least)], 0.0
    for kind, passed, *rest in happened:
        now, before = now + passed, rule.wanted
        if kind == "counted":
            by_hand = rest[0]
            assert rule.counted(now, by_hand) == by_hand
            wishes, quiet_since = [(now, by_hand)], now if by_hand else quiet_since
            continue
        if kind == "called":
            rule.called(now)
            quiet_since = now
            if before == 0:
                assert rule.wanted == (policy.least if policy.zero else 0)
                wishes = [(now, rule.wanted)]
            else:
                assert rule.wanted == before
            continue
        in_flight, begun = rest[0], begun + rest[1]
        if in_flight or rest[1] or not quiet_since:
            quiet_since = now
        rule.sampled(now, in_flight, begun)
        # Never outside of what the labels allow, but for what a person has set.
        assert rule.wanted == 0 or policy.least <= rule.wanted <= max(policy.most, by_hand)
        share = rule.load / (policy.target * policy.proportion)  # of two moments at once, infinite
        asked = max(math.ceil(min(share - 1e-9, policy.most)), policy.least)
        if rule.wanted:
            # Up at once; down to nothing less than what was asked for within the window.
            assert rule.wanted >= asked
            kept = [each for at, each in wishes if at >= now - policy.window]
            assert rule.wanted == max([asked, *kept]) or before == 0
        else:
            # To zero only where that is allowed and nobody called, or where it was.
            silent = policy.zero and now - quiet_since >= policy.zero_seconds and not in_flight
            assert silent or (before == 0 and not (policy.zero and in_flight))
            wishes = []
            continue
        wishes.append((now, asked if before else rule.wanted))


@settings(max_examples=100, deadline=None)
@given(policies, st.integers(0, 500), st.data())
def test_noise_round_a_load_moves_it_no_more_once_it_has_settled(policy, level, data):
    noise = data.draw(st.lists(st.integers(0, 3), min_size=80, max_size=80))
    rule = Rule(Policy(policy.least, policy.most, CAPACITY, policy.target, window=20.0), 0.0, 1)
    seen = [rule.sampled(float(at), level + each, 0) for at, each in enumerate(noise * 2)]
    changes = sum(one != other for one, other in itertools.pairwise(seen[20:]))
    assert changes <= len(seen) / 20.0 * 2  # at most up and down once in a window
