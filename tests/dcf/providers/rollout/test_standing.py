"""What can be read off the rollout machine before anything happened, and of a crowd of replicas."""

from dcf.providers.rollout.standing import Standing
from dcf.providers.rollout.states import Asked, State
from dcf.providers.terms import Terms
from tests.dcf.providers.rollout.test_machine import Script
from tests.dcf.providers.rollout.test_steps import judged


def test_nothing_was_asked_for_and_nobody_takes_calls():
    rollout = Script(replicas=2).rollout
    assert isinstance(rollout, Standing)
    assert (rollout.state, rollout.newest, rollout.number) == (State.RESTING, 0, 0)
    assert (rollout.routed, rollout.shadowed, rollout.shares) == ((), (), {})
    assert (rollout.terms, rollout.is_drained, rollout.progress) == (None, True, (2, 0))


def test_every_ready_replica_of_both_takes_calls_by_its_revisions_share():
    script = Script(replicas=2)
    script.serve(1, 2)
    one, two = judged(script, Terms("canary", 0.25), replicas=2)
    assert set(script.rollout.routed) == {(1, 1), (1, 2), one, two}
    assert script.rollout.shares == {1: 0.75, 2: 0.25}
    assert script.rollout.progress == (2, 2)
    script.is_lost(two)
    assert set(script.rollout.routed) == {(1, 1), (1, 2), one}
    assert script.rollout.shares == {1: 0.75, 2: 0.25}


def test_a_shadow_that_starts_takes_no_calls_either():
    script = Script()
    script.serve(1)
    script.is_lost((1, 1))
    script.rollout.asked(Asked(2, 2, Terms("shadow")))
    script.can_prepare(2)
    one, _ = script.replicas_of(2)
    script.is_ready(one)
    assert script.rollout.state is State.STARTING
    assert script.alive[one]
    assert (script.rollout.routed, script.rollout.shadowed) == ((), ())
