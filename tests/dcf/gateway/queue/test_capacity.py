"""How much of the queue is taken: asked first, counted while it comes, given back whole."""

import pytest

from dcf.errors import QueueFull
from dcf.gateway.queue.capacity import Capacity, Place
from dcf.gateway.queue.settings import Limits


def capacity(calls=2, total=100):
    return Capacity(Limits(calls=calls, total_bytes=total))


def test_calls_have_places_and_give_them_back():
    taken = capacity()
    first = taken.enter(0)
    taken.enter(0)
    with pytest.raises(QueueFull, match="2 calls wait"):
        taken.enter(0)
    first.leave()
    taken.enter(0)
    assert taken.calls == 2


@pytest.mark.parametrize(("declared", "fits"), [(0, True), (100, True), (101, False)])
def test_a_size_that_is_declared_is_asked_about_before_a_byte_is_read(declared, fits):
    taken = capacity()
    if fits:
        taken.enter(declared)
        assert (taken.calls, taken.bytes) == (1, 0)  # what is declared is not here yet
        return
    with pytest.raises(QueueFull, match="100 bytes together"):
        taken.enter(declared)
    assert taken.calls == 0


def test_what_comes_is_counted_piece_by_piece_and_given_back_whole():
    taken = capacity()
    place, other = taken.enter(0), taken.enter(0)
    place.grow(60)
    other.grow(40)
    with pytest.raises(QueueFull):
        place.grow(1)
    assert taken.bytes == 100
    place.leave()
    assert (taken.calls, taken.bytes) == (1, 40)


def test_what_waited_before_a_restart_counts_even_above_the_limits():
    taken = capacity(calls=1, total=10)
    kept = [Place(taken, 50), Place(taken, 50)]
    assert (taken.calls, taken.bytes) == (2, 100)
    for each in kept:
        each.leave()
    taken.enter(10)
