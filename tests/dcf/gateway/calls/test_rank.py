"""Replicas in rows by calls under way: the first is always one with the fewest."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dcf.gateway.calls.loads import Loads
from dcf.gateway.calls.rank import Rank
from dcf.providers.routing import Target

ADDRESSES = st.sets(st.sampled_from("abcdefgh"))


def by_address(addresses, timeout=60.0):
    return {each: Target(each, timeout=timeout) for each in sorted(addresses)}


def test_those_with_as_few_calls_take_turns():
    loads = Loads()
    rank = Rank(loads)
    rank.set(by_address("abc"))
    seen = ""
    for _ in range(6):
        first = rank.first().address
        seen += first
        loads.add(first, 1)
        loads.add(first, -1)
    assert seen == "abcabc"


def test_one_that_comes_later_takes_its_turn_after_the_others():
    rank = Rank(Loads())
    rank.set(by_address("bc"))
    rank.set(by_address("abc"))
    assert rank.first().address == "b"


def test_what_is_known_of_a_replica_is_what_was_said_last():
    rank = Rank(Loads())
    rank.set(by_address("a"))
    rank.set(by_address("a", timeout=5.0))
    assert rank.first().timeout == 5.0


class Life(RuleBasedStateMachine):
    """Calls begin and end while replicas come and go, with calls of before or without."""

    def __init__(self):
        super().__init__()
        self.loads, self.calls, self.ranked = Loads(), [], set()
        self.rank = Rank(self.loads)

    @initialize(addresses=ADDRESSES)
    def begin(self, addresses):
        self.set(addresses)

    @rule(addresses=ADDRESSES)
    def set(self, addresses):
        self.ranked = addresses
        self.rank.set(by_address(addresses))

    @precondition(lambda self: self.ranked)
    @rule()
    def call(self):
        self.calls.append(self.rank.first().address)
        self.loads.add(self.calls[-1], 1)

    @rule(address=st.sampled_from("abcdefgh"))
    def call_by_another_way(self, address):
        self.calls.append(address)
        self.loads.add(address, 1)

    @precondition(lambda self: self.calls)
    @rule(data=st.data())
    def end(self, data):
        self.loads.add(self.calls.pop(data.draw(st.integers(0, len(self.calls) - 1))), -1)

    @invariant()
    def the_first_has_the_fewest(self):
        if self.ranked:
            first = self.rank.first().address
            assert first in self.ranked
            assert self.calls.count(first) == min(self.calls.count(each) for each in self.ranked)


TestLife = Life.TestCase
