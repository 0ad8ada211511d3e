"""What is told of a rollout, event by event of the machine."""

import pytest

from dcf.providers.notices import (
    ReplicaEnded,
    ReplicaLooping,
    ReplicaReady,
    ReplicaRestarted,
    RolloutEnded,
    RolloutStep,
)
from dcf.providers.rollout.states import Asked
from dcf.providers.rollout.watch import RolloutWatch, without_output
from tests.dcf.providers.rollout.test_machine import Script


class Watched:
    """A machine whose every event is looked at."""

    def __init__(self):
        self.script, self.heard = Script(), []
        self.rollout = self.script.rollout
        self.watch = RolloutWatch("f", self.heard.append, lambda: self.script.now)

    def event(self, name, *arguments):
        if name in {"prepared", "not_prepared"}:
            self.script.preparing.discard(arguments[0])
        if name == "prepared":
            self.script.prepared.add(arguments[0])
        getattr(self.rollout, name)(*arguments)
        self.watch.look(self.rollout)

    def serve(self, number):
        """A revision from being asked for to serving; its replica is the first."""
        self.event("asked", Asked(number, 1))
        self.event("prepared", number)
        self.event("ready", number, 1)
        if self.rollout.state.name == "TRIAL":
            self.script.now += 2.0
            self.event("woken")
        self.event("kept", number)

    def steps(self):
        return [(each.revision, each.step) for each in self.heard if isinstance(each, RolloutStep)]

    def ends(self):
        return [
            (each.revision, each.result, each.reason)
            for each in self.heard
            if isinstance(each, RolloutEnded)
        ]


@pytest.fixture
def watched():
    return Watched()


def test_a_first_deploy_and_an_update_go_step_by_step(watched):
    watched.serve(1)
    assert watched.steps() == [(1, "preparing"), (1, "starting"), (1, "keeping")]
    assert watched.ends() == [(1, "ready", "")]
    watched.heard.clear()
    watched.serve(2)
    assert watched.steps() == [(2, "preparing"), (2, "starting"), (2, "trial"), (2, "keeping")]
    assert watched.heard[-1] == RolloutEnded("f", 2, "ready", "", 2.0)


def test_one_that_cannot_become_ready_failed_with_its_reason(watched):
    watched.serve(1)
    watched.event("asked", Asked(2, 1))
    watched.event("prepared", 2)
    watched.event("failed", 2, 1, "exited with status 1; its last line: what a caller sent")
    assert watched.ends() == [(1, "ready", ""), (2, "failed", "exited with status 1")]


def test_a_first_one_that_failed_and_became_ready_after_all_has_both_results(watched):
    watched.event("asked", Asked(1, 1))
    watched.event("prepared", 1)
    watched.event("failed", 1, 1, "no weights")
    watched.event("ready", 1, 1)
    watched.event("kept", 1)
    assert watched.ends() == [(1, "failed", "no weights"), (1, "ready", "")]


def test_one_that_is_given_up_for_a_newer_one_was_replaced(watched):
    watched.serve(1)
    watched.event("asked", Asked(2, 1))
    watched.event("asked", Asked(3, 1))
    assert watched.ends() == [(1, "ready", ""), (2, "replaced", "")]
    assert watched.steps()[-2:] == [(2, "preparing"), (3, "preparing")]


def test_code_that_is_missing_is_tried_again(watched):
    watched.event("asked", Asked(1, 1))
    watched.event("not_prepared", 1, "the code is gone")
    watched.script.now += 1.0
    watched.event("woken")
    assert watched.steps() == [(1, "preparing"), (1, "retrying"), (1, "preparing")]
    assert watched.ends() == [(1, "failed", "the code is gone")]


@pytest.mark.parametrize("verdict", [None, ("failed", "no weights")])
def test_what_is_brought_back_after_a_start_is_no_rollout(watched, verdict):
    newest = 2 if verdict else 1
    watched.watch.restored = newest
    watched.event("restored", Asked(1, 1), newest, verdict)
    watched.event("prepared", 1)
    watched.event("ready", 1, 1)
    watched.event("kept", 1)
    assert watched.steps() == [(1, "restoring"), (1, "starting"), (1, "keeping")]
    (end,) = [each for each in watched.heard if isinstance(each, RolloutEnded)]
    assert (end.is_restored, end.result) == (True, "failed" if verdict else "ready")
    watched.event("asked", Asked(newest + 1, 1))
    watched.event("asked", Asked(newest + 2, 1))
    (replaced,) = [each for each in watched.heard[-2:] if isinstance(each, RolloutEnded)]
    assert (replaced.revision, replaced.is_restored) == (newest + 1, False)


def test_a_machine_that_stops_tells_nothing_more(watched):
    watched.event("asked", Asked(1, 1))
    watched.heard.clear()
    watched.event("stopped")
    watched.event("prepared", 1)
    assert watched.heard == []


def test_nothing_new_is_nothing_told(watched):
    watched.serve(1)
    watched.heard.clear()
    watched.watch.look(watched.rollout)
    assert watched.heard == []


def test_replicas_are_told_by_name_without_what_they_wrote(watched):
    watched.watch.replica_ready(1, "f-1-1")
    watched.watch.replica_restarted(
        1, "f-1-1", "exit", "exited with status 7; its last line: pin 1234"
    )
    watched.watch.replica_ended(1, "f-1-1")
    assert watched.heard == [
        ReplicaReady("f", 1, "f-1-1"),
        ReplicaRestarted("f", 1, "f-1-1", "exit", "exited with status 7"),
        ReplicaEnded("f", 1, "f-1-1"),
    ]


def test_a_watchers_own_words_stay():
    assert (
        without_output("exited with status 1: no module x") == "exited with status 1: no module x"
    )


def test_a_crash_loop_is_told_once_until_it_is_over(watched):
    line = "crash loop: restarted 3 times in 1 s, last: exited with status 1; its last line: x"
    for told in ("", line, line, "", line):
        watched.watch.replica_looping(1, "f-1-1", told)
    watched.watch.replica_ended(1, "f-1-1")
    watched.watch.replica_looping(1, "f-1-1", line)
    heard = [each for each in watched.heard if isinstance(each, ReplicaLooping)]
    assert heard == [ReplicaLooping("f", 1, "f-1-1", line.partition("; its last")[0])] * 3
