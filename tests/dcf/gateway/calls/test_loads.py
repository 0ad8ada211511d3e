"""Calls under way by address, and those who hear of them."""

import pytest

from dcf.gateway.calls.loads import Loads


class Heard(list):
    def move(self, address, calls):
        self.append((address, calls))


@pytest.fixture
def loads():
    return Loads()


def test_calls_are_counted_until_their_end(loads):
    for address, calls in (("a", 1), ("a", 1), ("b", 1), ("a", -1)):
        loads.add(address, calls)
    assert (loads.of("a"), loads.of("b"), loads.of("c"), loads.total) == (1, 1, 0, 2)
    loads.add("a", -1)
    loads.add("b", -1)
    assert (loads.of("a"), loads.total) == (0, 0)


def test_followers_hear_of_their_replica_alone_and_no_more_once_they_are_gone(loads):
    one, other = Heard(), Heard()
    loads.follow("a", one)
    loads.follow("a", other)
    loads.add("a", 1)
    loads.add("b", 1)
    loads.unfollow("a", one)
    loads.add("a", 1)
    loads.unfollow("a", other)
    loads.add("a", -1)
    assert (one, other) == ([("a", 1)], [("a", 1), ("a", 2)])
