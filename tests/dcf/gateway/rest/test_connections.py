"""Who makes room when there is none: those who keep us waiting, and nobody who is at work."""

import asyncio

import pytest

from dcf.gateway.bounds import SPARE, Bounds
from dcf.gateway.rest.connections import Connections, peer_of
from tests.waiting import until_async


class One:
    """A connection.

    Attributes:
        is_busy: Something of it is on its way: it does not give way.
        is_stalled: Its body has stopped coming.
        is_closed: It gave way.
    """

    def __init__(self, peer=b"a", spoke=False):
        self.peer, self.spoke, self.since = peer, spoke, -1
        self.is_busy = self.is_stalled = self.is_closed = False

    def give_way(self):
        self.is_closed = not self.is_busy
        return self.is_closed

    def check(self):
        return self.is_stalled


def connections(most=4, per_address=100):
    return Connections(Bounds(connections=most, per_address=per_address))


def filled(held, count, **more):
    made = [One(**more) for _ in range(count)]
    for each in made:
        held.add(each)
    return made


def closed(ones):
    return [each.is_closed for each in ones]


def test_while_there_is_room_nobody_goes():
    held = connections(4)
    ones = filled(held, 3)
    assert held.admits(b"a")
    assert (closed(ones), len(held)) == ([False] * 3, 3)


def test_the_oldest_that_is_idle_goes_first_then_the_oldest_that_never_spoke():
    held = connections(4)
    fresh = filled(held, 2)
    idle = filled(held, 2, spoke=True)
    for gone in (idle[0], idle[1], fresh[0]):
        assert held.admits(b"a")
        assert gone.is_closed
        assert len(held) == 3
        worker = One()
        held.add(worker)
        held.works(worker)
    assert not fresh[1].is_closed


def test_where_more_than_half_never_spoke_it_is_one_of_those_who_goes():
    """Else a crowd of silent ones would push out everybody who has something to say."""
    held = connections(4)
    idle = filled(held, 1, spoke=True)
    fresh = filled(held, 3)
    assert held.admits(b"a")
    assert (closed(idle), closed(fresh)) == ([False], [True, False, False])


def test_whoever_waits_again_is_the_youngest():
    held = connections(2)
    first, second = filled(held, 2, spoke=True)
    held.works(first)
    held.waits(first)
    held.admits(b"a")
    assert (first.is_closed, second.is_closed) == (False, True)


def test_one_that_is_busy_after_all_is_passed_over():
    held = connections(2)
    first, second = filled(held, 2, spoke=True)
    first.is_busy = True
    assert held.admits(b"a")
    assert (first.is_closed, second.is_closed) == (False, True)


def test_when_all_are_at_work_a_few_more_are_let_in_and_then_nobody():
    held = connections(2)
    workers = filled(held, 2)
    for each in workers:
        held.works(each)
    for _ in range(SPARE):
        assert held.admits(b"a")
        (more,) = filled(held, 1)
        held.works(more)
        assert held.is_over(b"a")
    assert not held.admits(b"a")
    assert not any(closed(workers))


def test_whoever_has_the_last_place_is_not_over_and_one_more_is():
    held = connections(2)
    (first,) = filled(held, 1)
    held.works(first)
    (last,) = filled(held, 1)
    held.works(last)
    assert not held.is_over(b"a")
    (more,) = filled(held, 1)
    held.works(more)
    assert held.is_over(b"a")


def test_one_address_has_a_share_and_makes_room_for_itself():
    held = connections(100, per_address=2)
    own, others = filled(held, 2, spoke=True), filled(held, 5, peer=b"b", spoke=True)
    assert held.admits(b"a")
    assert (closed(own), closed(others)) == ([True, False], [False] * 5)
    assert held.is_full(b"b")
    assert not held.is_full(b"c")


def test_whoever_is_gone_is_counted_no_more_and_may_go_twice():
    held = connections(1)
    (one,) = filled(held, 1)
    assert held.is_full(b"z")
    held.remove(one)
    held.remove(one)
    held.waits(one)
    assert (len(held), held.is_full(b"z"), held.close_one()) == (0, False, False)


def test_a_body_that_has_stopped_coming_is_the_last_to_go(run, monkeypatch):
    monkeypatch.setattr("dcf.gateway.rest.connections._TICK_SECONDS", 0.01)

    async def steps():
        held = connections(2)
        moving, stalled = filled(held, 2)
        for each in (moving, stalled):
            held.works(each)
        assert not held.close_one()
        stalled.is_stalled = True
        held.start()
        await until_async(lambda: held.tick > 1)
        held.stop()
        ticks = held.tick
        assert held.admits(b"a")
        assert (moving.is_closed, stalled.is_closed) == (False, True)
        await asyncio.to_thread(lambda: None)
        assert held.tick == ticks

    run(steps())


def test_how_long_one_has_waited_is_told_in_ticks():
    held = connections()
    held.tick = 7
    (one,) = filled(held, 1)
    assert one.since == 7
    held.works(one)
    held.tick, one.spoke = 9, True
    held.waits(one)
    assert one.since == 9


@pytest.mark.parametrize(
    ("host", "same", "other"),
    [
        ("10.0.0.1", "10.0.0.1", "10.0.0.2"),
        ("2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1"),
        ("::ffff:10.0.0.1", "10.0.0.1", "::ffff:10.0.0.2"),
        ("fe80::1%eth0", "fe80::1", "fe81::1"),
        ("unix", "unix", ""),
    ],
)
def test_whose_it_is(host, same, other):
    assert peer_of(host) == peer_of(same) != peer_of(other)


def test_one_too_many_is_not_over_where_somebody_can_go():
    held = connections(1)
    (worker,) = filled(held, 1)
    held.works(worker)
    (idle,) = filled(held, 1, spoke=True)
    (more,) = filled(held, 1)
    held.works(more)
    assert held.is_over(b"a")
    assert idle.is_closed  # it made room, though not enough
    held.remove(worker)
    assert not held.is_over(b"a")


def test_of_one_address_those_who_never_spoke_go_first_where_they_are_many():
    held = connections(100, per_address=4)
    idle = filled(held, 1, spoke=True)
    fresh = filled(held, 3)
    assert held.admits(b"a")
    assert (closed(idle), closed(fresh)) == ([False], [True, False, False])


def test_the_last_place_of_an_address_is_full():
    held = connections(100, per_address=2)
    filled(held, 1)
    assert not held.is_full(b"a")
    filled(held, 1)
    assert held.is_full(b"a")
    assert not held.is_full(b"a", spare=1)
