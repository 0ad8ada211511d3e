"""Calls through all gateways, counted here and at the replicas."""

from hypothesis import given
from hypothesis import strategies as st

from dcf.gateway.scaling.calls_of_all import CallsOfAll
from dcf.providers.together import Load


def load(calls):
    return Load(0, calls)


def test_without_replicas_that_tell_it_is_our_own_count():
    calls = CallsOfAll()
    first = calls.count(0, 7, None)
    assert calls.count(1, 12, None) - first == 5


def test_a_call_that_both_count_is_one_whichever_is_first():
    calls = CallsOfAll()
    first = calls.count(0, 0, load(0))
    assert calls.count(1, 100, load(0)) - first == 100
    assert calls.count(2, 100, load(100)) - first == 100
    assert calls.count(3, 100, load(150)) - first == 150  # the last 50 went through another gateway


def test_what_replicas_had_counted_before_is_no_news_and_one_that_ends_takes_nothing_back():
    calls = CallsOfAll()
    first = calls.count(0, 5, None)
    assert calls.count(1, 5, load(1_000_000)) == first
    second = calls.count(2, 5, load(1_000_010))
    assert second - first == 10
    assert calls.count(3, 5, None) == second
    assert calls.count(4, 5, load(1_000_010)) == second


def test_what_ended_replicas_never_told_hides_other_gateways_calls_for_a_minute_at_most():
    calls = CallsOfAll()
    calls.count(0, 0, load(0))
    calls.count(30, 500, load(100))  # 400 were counted by replicas that are gone
    before = calls.count(61, 500, load(100))
    assert calls.count(62, 500, load(180)) - before == 80


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 50), st.none() | st.integers(0, 50))))
def test_it_never_falls_and_is_never_less_than_our_own(steps):
    calls, now, own, everybodys = CallsOfAll(), 0.0, 0, 0
    first = before = calls.count(now, own, load(0))
    for seconds, mine, others in steps:
        now, own = now + seconds, own + mine
        everybodys += mine + (others or 0)
        found = calls.count(now, own, None if others is None else load(everybodys))
        assert found >= before
        assert found - first >= own
        before = found
