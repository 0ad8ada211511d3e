"""A function's replicas by revision, and what lists that come again change."""

from dcf.gateway.calls.loads import Loads
from dcf.gateway.calls.ranking import Ranking
from dcf.providers.routing import Target

OLD, NEW, CANARY = Target("a", 1), Target("b", 1), Target("c", 2, weight=0.1)


def ranked(ranking):
    return {number: rank.first() for number, rank in ranking.ranks.items()}


def test_revisions_come_and_go_with_their_replicas():
    ranking = Ranking(Loads())
    ranking.set([OLD])
    assert (ranking.weights, ranked(ranking)) == ({1: 1.0}, {1: OLD})
    ranking.set([OLD, CANARY])
    assert (ranking.weights, ranked(ranking)) == ({1: 1.0, 2: 0.1}, {1: OLD, 2: CANARY})
    ranking.set((CANARY,))
    assert (ranking.weights, ranked(ranking)) == ({2: 0.1}, {2: CANARY})
    ranking.set(())
    assert (ranking.weights, ranking.ranks) == ({}, {})


def test_a_list_of_the_same_replicas_changes_no_turns():
    loads = Loads()
    ranking = Ranking(loads)
    ranking.set([OLD, NEW])
    loads.add("a", 1)
    loads.add("a", -1)
    for same in ([OLD, NEW], (OLD, NEW), [Target("a", 1), Target("b", 1)]):
        ranking.set(same)
        assert ranked(ranking) == {1: NEW}


def test_a_list_that_its_provider_changes_in_place_is_noticed():
    ranking, changed = Ranking(Loads()), [OLD]
    ranking.set(changed)
    changed[0] = NEW
    ranking.set(changed)
    assert ranked(ranking) == {1: NEW}


def test_one_address_in_two_revisions_has_its_calls_in_both():
    loads = Loads()
    ranking = Ranking(loads)
    ranking.set([OLD, NEW, Target("a", 2), Target("b", 2)])
    loads.add("a", 1)
    assert {number: each.address for number, each in ranked(ranking).items()} == {1: "b", 2: "b"}
