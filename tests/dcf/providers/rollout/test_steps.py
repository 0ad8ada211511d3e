"""Canaries and shadows in the rollout machine: two revisions side by side, until it is settled."""

import pytest

from dcf.providers.rollout.states import Asked, State
from dcf.providers.rollout.steps import Steps
from dcf.providers.terms import Terms
from tests.dcf.providers.rollout.test_machine import TRIAL, Script, routed

CANARY, SHADOW = Terms("canary", 0.2), Terms("shadow", 0.5)
MODES = pytest.mark.parametrize("terms", [CANARY, SHADOW], ids=["canary", "shadow"])


@pytest.fixture
def script():
    made = Script()
    assert isinstance(made.rollout, Steps)
    made.serve(1)
    return made


def judged(script, terms, number=2, replicas=1):
    """Ask for a candidate and let it become ready."""
    script.rollout.asked(Asked(number, replicas, terms))
    script.can_prepare(number)
    for each in script.replicas_of(number):
        script.is_ready(each)
    return script.replicas_of(number)


def test_a_canary_shares_the_calls_until_it_goes_on(script):
    judged(script, CANARY)
    assert (script.rollout.state, routed(script)) == (State.CANARY, {1, 2})
    assert script.rollout.shares == {1: 0.8, 2: 0.2}
    assert (script.rollout.outcome, script.rollout.terms) == ("progressing", CANARY)
    script.after(100.0)
    assert script.rollout.state is State.CANARY  # nothing but a verdict ends it
    assert script.rollout.settled(2, "as good", keep=True)
    assert (script.rollout.state, routed(script)) == (State.TRIAL, {2})
    assert (script.rollout.shares, script.rollout.terms) == ({}, None)
    script.after(TRIAL)
    script.is_kept()
    assert (script.rollout.outcome, script.rollout.judgement) == ("ready", "as good")
    assert script.replicas_of(1) == []


def test_a_shadow_takes_no_call_until_it_goes_on(script):
    (two,) = judged(script, SHADOW)
    assert (script.rollout.state, routed(script)) == (State.SHADOW, {1})
    assert (script.rollout.shadowed, script.rollout.shares) == ([two], {})
    script.rollout.settled(2, "by hand", keep=True)
    assert (routed(script), script.rollout.shadowed) == ({2}, ())


@MODES
def test_one_that_goes_back_is_drained_and_what_serves_serves_on(script, terms):
    judged(script, terms)
    assert script.rollout.settled(2, "worse", keep=False)
    outcome = "failed" if terms is CANARY else "ended"
    assert (script.rollout.state, script.rollout.outcome) == (State.RESTING, outcome)
    assert (script.rollout.reason, script.failures) == ("worse", [(2, "worse")])
    assert (routed(script), script.replicas_of(2)) == ({1}, [])
    assert not script.rollout.settled(2, "again", keep=True)
    script.has_ended((2, 1))
    assert script.prepared == {1}


@MODES
def test_a_verdict_on_another_revision_is_none(script, terms):
    judged(script, terms)
    assert not script.rollout.settled(1, "late", keep=False)
    assert not script.rollout.settled(3, "early", keep=True)
    assert script.rollout.terms == terms


@MODES
def test_a_replica_that_dies_is_for_the_judge_and_ends_nothing_by_itself(script, terms):
    (two,) = judged(script, terms)
    script.is_lost(two)
    assert (script.rollout.terms, script.rollout.outcome) == (terms, "progressing")
    assert (routed(script), script.rollout.shadowed) == ({1}, () if terms is CANARY else [])
    script.cannot(two)
    assert script.rollout.terms == terms
    script.is_ready(two)
    assert routed(script) == ({1, 2} if terms is CANARY else {1})


def test_while_the_serving_revision_has_nobody_a_canary_takes_the_calls_and_a_shadow_never_does():
    for terms, takes in ((CANARY, {2}), (SHADOW, set())):
        script = Script()
        script.serve(1)
        judged(script, terms)
        script.is_lost((1, 1))
        assert routed(script) == takes
        script.is_ready((1, 1))
        assert 1 in routed(script)


@MODES
def test_one_that_is_promoted_while_nobody_of_it_is_ready_waits_and_may_still_fail(script, terms):
    (two,) = judged(script, terms)
    script.is_lost(two)
    script.rollout.settled(2, "by hand", keep=True)
    assert (script.rollout.state, routed(script)) == (State.STARTING, {1})
    script.cannot(two, "no weights")
    assert (script.rollout.outcome, script.rollout.reason) == ("failed", "no weights")
    assert routed(script) == {1}


@MODES
def test_what_nobody_serves_yet_is_judged_by_nothing_and_takes_over(terms):
    script = Script()
    judged(script, terms, number=1)
    script.is_kept()
    assert (script.rollout.outcome, routed(script)) == ("ready", {1})


@MODES
def test_beside_one_that_never_served_it_takes_over(terms):
    script = Script()
    (one,) = script.deploy(1)
    script.cannot(one)
    judged(script, terms)
    script.is_kept()
    assert (script.rollout.outcome, routed(script)) == ("ready", {2})


@MODES
def test_what_was_scaled_to_nothing_is_woken_to_be_judged_by_and_sleeps_again(script, terms):
    script.rollout.scaled(0)
    script.has_ended((1, 1))
    script.rollout.asked(Asked(2, 1, terms))
    script.can_prepare(2)
    assert sorted(script.alive) == [(1, 2), (2, 1)]
    for each in list(script.alive):
        script.is_ready(each)
    assert (script.rollout.terms, script.rollout.replicas) == (terms, 0)
    script.rollout.settled(2, "worse", keep=False)
    assert (script.alive, script.rollout.replicas) == ({}, 0)


@MODES
def test_scaled_both_follow(script, terms):
    judged(script, terms)
    script.rollout.scaled(3)
    assert (len(script.replicas_of(1)), len(script.replicas_of(2))) == (3, 3)
    script.rollout.scaled(0)
    assert (script.alive, script.rollout.terms) == ({}, terms)
    script.rollout.scaled(1)
    assert sorted(number for number, _ in script.alive) == [1, 2]


@MODES
def test_another_revision_takes_its_place(script, terms):
    judged(script, terms)
    script.rollout.asked(Asked(3, 1))
    assert (routed(script), script.replicas_of(2), script.rollout.terms) == ({1}, [], None)


@MODES
def test_after_a_restart_what_served_is_first_and_the_candidate_is_judged_again(terms):
    script = Script()
    script.rollout.restored(Asked(1, 1, terms), 1, None)  # its own terms are over
    script.rollout.asked(Asked(2, 1, terms))
    script.can_prepare(1)
    script.can_prepare(2)
    script.is_ready((2, 1))
    assert script.rollout.terms == terms
    assert routed(script) == ({2} if terms is CANARY else set())
    script.is_ready((1, 1))
    assert routed(script) == ({1, 2} if terms is CANARY else {1})


@MODES
def test_stopped_it_is_settled_no_more(script, terms):
    judged(script, terms)
    script.rollout.stopped()
    assert not script.rollout.settled(2, "late", keep=True)
    assert script.alive == {}
