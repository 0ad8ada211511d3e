"""Replicas that were not reached are left out for a while."""

from dcf.gateway.calls.lately_lost import LatelyLost


def test_one_is_lost_for_some_seconds_or_until_it_answers():
    now = [0.0]
    lost = LatelyLost(lambda: now[0])
    assert not lost
    assert "a" not in lost
    lost.add("a")
    lost.add("b")
    assert lost
    now[0] = 4.9
    assert "a" in lost
    lost.discard("a")
    lost.discard("nobody")
    assert "a" not in lost
    now[0] = 5.0
    assert "b" not in lost
    assert not lost  # so that the way of a call looks no further


def test_one_that_is_lost_again_is_lost_for_longer():
    now = [0.0]
    lost = LatelyLost(lambda: now[0])
    lost.add("a")
    now[0] = 4.0
    lost.add("a")
    now[0] = 8.9
    assert "a" in lost


def test_only_so_many_are_remembered():
    lost = LatelyLost(lambda: 0.0)
    for number in range(1100):
        lost.add(str(number))
    assert "1099" in lost
    assert "0" not in lost
    assert len(lost._until) == 1024
