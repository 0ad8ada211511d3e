"""Which replica a call goes to: exact shares of revisions, then the least loaded."""

from collections import Counter
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcf.gateway.calls.balancer import Balancer
from dcf.providers.routing import Target


def shares(balancer, targets, calls):
    return Counter(balancer.choose("f", targets).revision for _ in range(calls))


def test_there_may_be_nobody():
    assert Balancer().choose("f", []) is None


def test_of_one_revision_the_least_loaded_is_chosen_and_counted_until_its_end():
    balancer, targets = Balancer(), [Target("http://a"), Target("http://b")]
    with ExitStack() as calls:
        for _ in range(4):
            calls.enter_context(balancer.call(balancer.choose("f", targets)))
        assert [balancer.inflight(each.address) for each in targets] == [2, 2]
        assert balancer.total == 4
    assert (balancer.total, balancer.inflight("http://a")) == (0, 0)


@given(st.dictionaries(st.integers(1, 9), st.integers(1, 50), min_size=1, max_size=4))
def test_over_the_sum_of_the_weights_every_revision_gets_exactly_its_share(weights):
    targets = [Target(f"http://{each}", each, weight) for each, weight in weights.items()]
    balancer, total = Balancer(), sum(weights.values())
    for _ in range(2):
        assert shares(balancer, targets, total) == weights


def test_a_small_share_is_spread_evenly():
    balancer = Balancer()
    targets = [Target("http://a", 1, 90), Target("http://b", 2, 10)]
    for _ in range(10):
        assert shares(balancer, targets, 10) == {1: 9, 2: 1}


def test_more_replicas_do_not_make_a_share_larger():
    targets = [Target("http://a", 1, 3)] + [Target(f"http://b{n}", 2, 1) for n in range(5)]
    assert shares(Balancer(), targets, 400) == {1: 300, 2: 100}


def test_a_revision_of_no_weight_gets_no_calls_unless_it_is_alone():
    new, old = Target("http://a", 2, 0), Target("http://b", 1, 1)
    balancer = Balancer()
    assert shares(balancer, [new, old], 10) == {1: 10}
    assert shares(balancer, [new], 10) == {2: 10}
    assert shares(balancer, [new, Target("http://c", 3, 0)], 10) == {2: 5, 3: 5}


def test_shares_go_on_evenly_when_a_revision_comes_and_goes():
    balancer = Balancer()
    both = [Target("http://a", 1, 1), Target("http://b", 2, 1)]
    for _ in range(7):
        balancer.choose("f", both)
    assert shares(balancer, both[:1], 100) == {1: 100}
    assert shares(balancer, both, 10) == {1: 5, 2: 5}


def test_functions_do_not_take_turns_with_one_another():
    balancer = Balancer()
    both = [Target("http://a", 1, 1), Target("http://b", 2, 1)]
    chosen = [(balancer.choose(name, both).revision) for name in "fgfg"]
    assert chosen == [1, 1, 2, 2]


@pytest.mark.parametrize("count", [1, 2])
def test_one_that_refused_is_taken_again_only_if_there_is_no_other(count):
    targets = [Target("http://a"), Target("http://b")][:count]
    chosen = Balancer().choose("f", targets, lambda each: each.address == "http://a")
    assert chosen is targets[-1]


class Read(Target):
    """A target that counts how often somebody asks it something."""

    asked = 0

    def __getattribute__(self, name):
        Read.asked += 1
        return super().__getattribute__(name)


@pytest.mark.parametrize("revisions", [1, 2])
def test_a_call_costs_no_more_with_more_replicas(revisions):
    costs = []
    for count in (2, 200):
        targets = tuple(Read(f"http://{each}", each % revisions + 1) for each in range(count))
        balancer = Balancer()
        balancer.choose("f", targets)
        Read.asked = 0
        for _ in range(50):
            with balancer.call(balancer.choose("f", targets)):
                pass
        costs.append(Read.asked)
    assert costs[0] == costs[1]


def test_several_calls_one_after_the_other_reach_every_replica():
    targets, reached = tuple(Target(f"http://{each}") for each in range(5)), Counter()
    balancer = Balancer()
    for _ in range(15):
        target = balancer.choose("f", targets)
        reached[target.address] += 1
        with balancer.call(target):
            pass
    assert reached == {each.address: 3 for each in targets}


def test_a_deleted_function_leaves_nothing():
    both = [Target("http://a", 1, 1), Target("http://b", 2, 1)]
    balancer = Balancer()
    first = balancer.choose("f", both)
    with balancer.call(first):
        balancer.forget("f")
        assert balancer.choose("f", both).revision == first.revision  # turns begin anew
        balancer.forget("f")
        assert balancer.inflight(first.address) == 1
    assert balancer.total == 0
