"""The rollout machine by itself: every state and event, then any order of events."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dcf.providers.rollout.machine import Rollout
from dcf.providers.rollout.states import Asked, State
from dcf.providers.terms import Terms

TRIAL = 2.0


class Script:
    """Effects that are only remembered; what comes of them is said by the test, in any order.

    Attributes:
        now: The machine's clock.
        preparing: Numbers that are being prepared, given up or not.
        prepared: What was prepared and not taken back.
        alive: Replicas that run, with whether they take calls.
        ending: Replicas that were told to end.
        keeping: Numbers that are being written down.
        kept: The number that was written down last.
        failures: `(number, reason)` written down.
    """

    def __init__(self, replicas=1, trial=TRIAL):
        self.now = 0.0
        self.preparing, self.given_up, self.prepared = set(), set(), set()
        self.alive, self.ending, self.keeping = {}, set(), []
        self.kept, self.failures, self.wakes = 0, [], []
        self.rollout = Rollout(self, lambda: self.now, replicas=replicas, trial=trial)

    def prepare(self, number):
        assert number not in self.preparing
        self.preparing.add(number)

    def give_up(self, number):
        assert number in self.preparing
        self.given_up.add(number)

    def start(self, number, member):
        assert number in self.prepared, "started out of nothing"
        assert (number, member) not in self.alive
        self.alive[number, member] = False

    def stop(self, number, member):
        assert (number, member) in self.alive
        del self.alive[number, member]
        self.ending.add((number, member))

    def discard(self, number):
        assert number in self.prepared, "taken back twice"
        running = [*self.alive, *self.ending]
        assert not any(each == number for each, _ in running), "taken from under a replica"
        self.prepared.discard(number)

    def keep(self, number):
        self.keeping.append(number)

    def note_end(self, number, outcome, reason):
        self.failures.append((number, reason))

    def wake(self, at):
        self.wakes.append(at)

    # What comes of effects.

    def can_prepare(self, number, fault=""):
        """A preparation comes to its end; one that was given up may end so or so."""
        self.preparing.discard(number)
        self.given_up.discard(number)
        if fault:
            self.rollout.not_prepared(number, fault)
        else:
            self.prepared.add(number)
            self.rollout.prepared(number)

    def cancelled(self, number):
        """A preparation that was given up ends without a word."""
        self.given_up.discard(number)
        self.preparing.discard(number)

    def is_ready(self, replica):
        self.alive[replica] = True
        self.rollout.ready(*replica)

    def is_lost(self, replica, reason="it crashed"):
        self.alive[replica] = False
        self.rollout.away(*replica)
        self.rollout.lost(*replica, reason)

    def cannot(self, replica, reason="no weights"):
        self.rollout.failed(*replica, reason)

    def has_ended(self, replica):
        self.ending.discard(replica)
        self.rollout.ended(*replica)

    def is_kept(self):
        self.kept = self.keeping.pop(0)
        self.rollout.kept(self.kept)

    def cannot_keep(self):
        self.rollout.not_kept(self.keeping.pop(0), "the disk is full")

    def after(self, seconds):
        self.now += seconds
        due = [each for each in self.wakes if each <= self.now]
        self.wakes = [each for each in self.wakes if each > self.now]
        for _ in due:
            self.rollout.woken()

    # Shorter ways for tests.

    def replicas_of(self, number):
        return [each for each in self.alive if each[0] == number]

    def deploy(self, number, replicas=1):
        """Ask for a revision and let its replicas start; it stops before they are ready."""
        self.rollout.asked(Asked(number, replicas))
        self.can_prepare(number)
        return self.replicas_of(number)

    def serve(self, number, replicas=1):
        """Ask for a revision, and let it take over."""
        for each in self.deploy(number, replicas):
            self.is_ready(each)
        self.after(TRIAL)
        self.is_kept()
        for each in list(self.ending):
            self.has_ended(each)


@pytest.fixture
def script():
    return Script()


def routed(script):
    return {number for number, _ in script.rollout.routed}


def test_a_first_revision_serves_when_its_replicas_are_ready(script):
    (first,) = script.deploy(1)
    assert (script.rollout.state, routed(script)) == (State.STARTING, set())
    script.is_ready(first)
    assert (script.rollout.state, script.keeping) == (State.KEEPING, [1])
    script.is_kept()
    assert (script.rollout.state, script.rollout.outcome) == (State.RESTING, "ready")
    assert script.rollout.routed == [first]


def test_an_update_takes_the_calls_and_the_old_waits_until_the_trial_is_over(script):
    script.serve(1)
    (new,) = script.deploy(2)
    assert routed(script) == {1}
    script.is_ready(new)
    assert (script.rollout.state, routed(script)) == (State.TRIAL, {2})
    assert "2 s" in script.rollout.reason
    assert script.replicas_of(1)
    script.after(TRIAL - 0.1)
    assert script.rollout.state is State.TRIAL
    script.after(0.1)
    assert script.keeping == [2]
    script.is_kept()
    assert script.replicas_of(1) == []
    assert script.prepared == {1, 2}
    script.has_ended((1, 1))
    assert script.prepared == {2}


def test_an_update_that_crashes_on_trial_goes_back_without_a_moment_of_nobody(script):
    script.serve(1)
    (new,) = script.deploy(2)
    script.is_ready(new)
    script.rollout.away(*new)
    assert routed(script) == {1}  # before anybody knows why
    script.rollout.lost(*new, "killed by signal 9")
    assert (script.rollout.state, script.rollout.outcome) == (State.RESTING, "failed")
    assert script.rollout.reason == "it was ready, and then: killed by signal 9"
    assert script.failures == [(2, script.rollout.reason)]
    assert (routed(script), script.replicas_of(2)) == ({1}, [])


def test_a_trial_that_is_over_waits_to_hear_why_a_replica_is_away(script):
    script.serve(1)
    (new,) = script.deploy(2)
    script.is_ready(new)
    script.rollout.away(*new)
    script.after(TRIAL)
    assert (script.keeping, routed(script)) == ([], {1})
    script.rollout.lost(*new, "killed by signal 9")
    assert (script.rollout.outcome, routed(script)) == ("failed", {1})


def test_scaled_up_on_trial_it_takes_over_once_all_of_it_are_ready(script):
    script.serve(1)
    (new,) = script.deploy(2)
    script.is_ready(new)
    script.rollout.scaled(2)
    script.after(TRIAL)
    assert script.keeping == []
    script.is_ready((2, 2))
    assert script.keeping == [2]


def test_without_a_trial_an_update_takes_over_at_once():
    script = Script(trial=0.0)
    script.serve(1)
    (new,) = script.deploy(2)
    script.is_ready(new)
    assert script.keeping == [2]


def test_an_update_that_cannot_become_ready_is_ended_and_the_old_serves_on(script):
    script.serve(1)
    (new,) = script.deploy(2)
    script.cannot(new)
    assert (script.rollout.outcome, script.rollout.reason) == ("failed", "no weights")
    assert (routed(script), script.replicas_of(2)) == ({1}, [])


def test_a_first_one_that_cannot_become_ready_is_tried_on_and_serves_after_all(script):
    (first,) = script.deploy(1)
    script.cannot(first)
    script.cannot(first)
    assert (script.rollout.state, script.rollout.outcome) == (State.RESTING, "failed")
    assert script.failures == [(1, "no weights")]
    script.is_ready(first)
    script.is_kept()
    assert (script.rollout.outcome, routed(script)) == ("ready", {1})


def test_a_first_one_is_not_ready_while_one_of_its_replicas_cannot_be():
    script = Script(replicas=2)
    script.deploy(1, 2)
    script.is_ready((1, 1))
    script.cannot((1, 2))
    assert (script.rollout.outcome, script.keeping) == ("failed", [])
    assert script.rollout.routed == [(1, 1)], "who is ready takes calls all the same"
    script.is_ready((1, 2))
    script.is_kept()
    assert (script.rollout.outcome, script.kept) == ("ready", 1)


def test_a_first_one_is_ready_when_it_is_scaled_to_those_of_it_that_are():
    script = Script(replicas=2)
    script.deploy(1, 2)
    script.is_ready((1, 1))
    script.cannot((1, 2))
    script.rollout.scaled(1)
    script.is_kept()
    assert (script.rollout.outcome, script.kept) == ("ready", 1)


def test_of_what_served_before_a_restart_one_replica_is_enough():
    script = Script(replicas=2)
    script.rollout.restored(Asked(1, 2), 1, None)
    script.can_prepare(1)
    script.cannot((1, 1))
    script.is_ready((1, 2))
    script.is_kept()
    assert (script.rollout.outcome, script.kept) == ("ready", 1)


def test_a_first_one_that_serves_after_all_does_not_hide_that_an_update_failed(script):
    (first,) = script.deploy(1)
    script.cannot(first)
    (second,) = script.deploy(2)
    script.cannot(second, "worse")
    script.is_ready(first)
    script.is_kept()
    assert (script.kept, routed(script)) == (1, {1})
    assert (script.rollout.outcome, script.rollout.reason) == ("failed", "worse")


def test_a_revision_given_up_for_another_gets_no_replicas_from_a_scale_in_between(script):
    """B is rolling, C is asked for, and is still being prepared when somebody scales."""
    script.serve(1)
    (second,) = script.deploy(2)
    script.rollout.asked(Asked(3, 1))
    script.rollout.scaled(4)
    assert script.replicas_of(2) == []
    assert len(script.replicas_of(1)) == 4
    script.has_ended(second)
    assert script.prepared == {1}
    script.rollout.stopped()
    assert script.alive == {}


def test_what_was_given_up_and_is_prepared_all_the_same_is_taken_back(script):
    script.serve(1)
    script.rollout.asked(Asked(2, 1))
    script.rollout.asked(Asked(3, 1))
    assert script.given_up == {2}
    script.can_prepare(2)
    assert script.prepared == {1}
    script.can_prepare(3)
    assert script.prepared == {1, 3}


def test_scaling_down_ends_the_replicas_that_are_not_ready_first():
    script = Script(replicas=3)
    one, broken, three = script.deploy(1, 3)
    script.is_ready(one)
    script.is_ready(three)
    script.rollout.scaled(2)
    assert set(script.alive) == {one, three}
    assert script.keeping == [1]  # all that are left are ready
    script.is_kept()
    script.rollout.scaled(1)
    assert list(script.alive) == [one]  # of ready ones, the newest
    assert broken in script.ending


def test_what_cannot_be_prepared_is_tried_again_with_growing_pauses(script):
    script.rollout.asked(Asked(1, 1))
    for pause in (1, 2, 4):
        script.can_prepare(1, fault="no network")
        assert (script.rollout.state, script.rollout.outcome) == (State.RETRYING, "failed")
        script.after(pause - 0.1)
        assert script.preparing == set()
        script.after(0.1)
        assert script.preparing == {1}
    script.can_prepare(1)
    script.is_ready((1, 1))
    script.is_kept()
    assert script.rollout.outcome == "ready"


def test_an_update_that_cannot_be_prepared_fails_once(script):
    script.serve(1)
    script.rollout.asked(Asked(2, 1))
    script.can_prepare(2, fault="no network")
    assert (script.rollout.state, script.rollout.outcome) == (State.RESTING, "failed")
    script.after(100)
    assert script.preparing == set()


def test_progress_is_told_while_it_lasts_and_never_over_a_failure(script):
    script.rollout.asked(Asked(1, 1))
    script.rollout.progressed(1, "installing")
    assert script.rollout.reason == "installing"
    script.rollout.progressed(7, "of another")
    assert script.rollout.reason == "installing"
    script.can_prepare(1, fault="no network")
    script.after(1)
    script.rollout.progressed(1, "installing")
    assert script.rollout.reason == "no network"


def test_an_update_during_the_writing_waits_for_it(script):
    (first,) = script.deploy(1)
    script.is_ready(first)
    script.rollout.asked(Asked(2, 1))
    assert (script.preparing, script.rollout.outcome) == (set(), "progressing")
    script.is_kept()
    assert (script.preparing, routed(script)) == ({2}, {1})


def test_what_cannot_be_written_down_does_not_take_over(script):
    script.serve(1)
    (new,) = script.deploy(2)
    script.is_ready(new)
    script.after(TRIAL)
    script.cannot_keep()
    assert (script.rollout.outcome, script.rollout.reason) == ("failed", "the disk is full")
    assert (routed(script), script.replicas_of(2)) == ({1}, [])


def test_a_first_one_that_cannot_be_written_down_serves_all_the_same(script):
    (first,) = script.deploy(1)
    script.is_ready(first)
    script.cannot_keep()
    assert (script.rollout.outcome, routed(script)) == ("ready", {1})


def test_what_cannot_be_written_down_serves_if_nobody_else_is_ready(script):
    script.deploy(1)  # never becomes ready
    (new,) = script.deploy(2)
    script.is_ready(new)
    script.cannot_keep()
    assert (script.rollout.outcome, routed(script)) == ("ready", {2})
    assert script.replicas_of(1) == []


def test_after_a_restart_what_served_comes_first_and_then_what_was_on_its_way(script):
    script.rollout.restored(Asked(1, 1), 1, None)
    script.rollout.asked(Asked(2, 1))
    assert script.preparing == {1}
    script.can_prepare(1)
    assert (script.preparing, len(script.replicas_of(1))) == ({2}, 1)
    script.is_ready((1, 1))
    assert routed(script) == {1}
    script.can_prepare(2)
    script.is_ready((2, 1))
    script.after(TRIAL)
    while script.keeping:
        script.is_kept()
    assert (routed(script), script.rollout.outcome) == ({2}, "ready")


def test_after_a_restart_what_cannot_be_brought_back_does_not_hold_up_what_was_on_its_way(script):
    script.rollout.restored(Asked(1, 1), 1, None)
    script.rollout.asked(Asked(2, 1))
    script.can_prepare(1, fault="the code is gone")
    assert script.preparing == {2}
    assert script.failures == [(1, "the code is gone")]


def test_after_a_restart_the_last_failure_is_said_again_once_what_served_is_ready(script):
    script.rollout.restored(Asked(1, 1), 2, ("failed", "no weights"))
    script.can_prepare(1)
    assert script.rollout.outcome == "progressing"
    script.is_ready((1, 1))
    script.is_kept()
    assert (script.rollout.outcome, script.rollout.reason) == ("failed", "no weights")


def test_an_update_wakes_what_was_scaled_to_nothing_and_scaled_again_it_stays_so(script):
    script.serve(1)
    script.rollout.scaled(0)
    script.deploy(2)
    assert len(script.replicas_of(2)) == 1
    script.rollout.scaled(0)
    assert script.keeping == [2]
    script.is_kept()
    assert (script.rollout.replicas, script.alive) == (0, {})


def test_scaled_while_a_revision_is_prepared_it_begins_with_so_many(script):
    script.serve(1)
    script.rollout.asked(Asked(2, 1))
    script.rollout.scaled(0)
    script.can_prepare(2)
    assert script.replicas_of(2) == []
    script.is_kept()
    assert (script.rollout.outcome, script.rollout.replicas) == ("ready", 0)


def test_scaled_while_a_revision_waits_to_be_prepared_it_begins_with_so_many(script):
    (one,) = script.deploy(1)
    script.is_ready(one)
    assert script.rollout.state is State.KEEPING
    script.rollout.asked(Asked(2, 3))
    script.rollout.scaled(2)
    script.is_kept()
    script.can_prepare(2)
    assert len(script.replicas_of(2)) == 2


def test_an_update_after_a_scaling_wakes_again(script):
    """What was said last counts, in both orders."""
    script.serve(1)
    script.rollout.scaled(0)
    script.rollout.asked(Asked(2, 1))
    script.can_prepare(2)
    assert len(script.replicas_of(2)) == 1


@pytest.mark.parametrize("works", [True, False])
def test_a_writing_that_ends_when_it_is_stopped_changes_nothing(script, works):
    (one,) = script.deploy(1)
    script.is_ready(one)
    script.rollout.stopped()
    if works:
        script.is_kept()
    else:
        script.cannot_keep()
    assert (script.rollout.state, script.alive, script.failures) == (State.STOPPED, {}, [])
    script.has_ended(one)
    assert script.rollout.is_drained


def test_while_the_old_has_nobody_ready_a_new_one_that_is_takes_the_calls():
    script = Script(replicas=2)
    script.serve(1, 2)
    one, two = script.deploy(2, 2)
    for each in script.replicas_of(1):
        script.is_lost(each)
    script.is_ready(one)
    assert script.rollout.routed == [one]
    script.is_ready(two)
    assert script.rollout.state is State.KEEPING  # there is nothing to go back to


def test_stopped_it_starts_nothing_any_more(script):
    script.serve(1)
    script.rollout.asked(Asked(2, 1))
    script.rollout.stopped()
    script.can_prepare(2)
    script.rollout.asked(Asked(3, 1))
    script.rollout.scaled(5)
    assert (script.alive, script.preparing) == ({}, set())
    script.has_ended((1, 1))
    assert script.prepared == set()
    assert script.rollout.is_drained


TERMS = [None, None, Terms("canary", 0.25), Terms("shadow", 0.5)]


class AnyOrder(RuleBasedStateMachine):
    """Events in any order; what must hold between any two of them is below the rules."""

    def __init__(self):
        super().__init__()
        self.script = Script(replicas=1)
        self.rollout = self.script.rollout
        self.asked = 0
        self.is_stopped = False

    @rule(replicas=st.integers(0, 3), terms=st.sampled_from(TERMS))
    def ask(self, replicas, terms):
        self.asked += 1
        self.rollout.asked(Asked(self.asked, replicas, terms))

    @rule(keep=st.booleans(), data=st.data())
    def settle(self, keep, data):
        number = data.draw(st.integers(1, max(1, self.asked)))
        served, was_judged = self.served(), self.rollout.terms is not None
        is_settled = self.rollout.settled(number, "the verdict", keep=keep)
        assert is_settled == (was_judged and number == self.rollout.newest)
        if is_settled:
            assert self.rollout.terms is None
        assert not served or self.rollout.routed

    @rule(replicas=st.integers(0, 3))
    def scale(self, replicas):
        self.rollout.scaled(replicas)
        assert self.is_stopped or self.rollout.replicas == replicas

    @precondition(lambda self: self.script.preparing)
    @rule(data=st.data(), how=st.sampled_from(["", "no network", "cancelled"]))
    def end_a_preparation(self, data, how):
        number = data.draw(st.sampled_from(sorted(self.script.preparing)))
        if how == "cancelled":
            if number in self.script.given_up:
                self.script.cancelled(number)
        else:
            self.script.can_prepare(number, how)

    @precondition(lambda self: self.script.alive)
    @rule(data=st.data(), news=st.sampled_from(["ready", "ready", "lost", "failed"]))
    def news_of_a_replica(self, data, news):
        replica = data.draw(st.sampled_from(sorted(self.script.alive)))
        if news == "ready":
            self.script.is_ready(replica)
        elif self.script.alive[replica]:
            self.script.is_lost(replica)
        elif news == "failed":
            self.script.cannot(replica)

    @precondition(lambda self: self.script.ending)
    @rule(data=st.data())
    def a_replica_ends(self, data):
        self.script.has_ended(data.draw(st.sampled_from(sorted(self.script.ending))))

    @precondition(lambda self: self.script.ending)
    @rule(data=st.data(), news=st.sampled_from(["ready", "away", "lost", "failed"]))
    def news_of_a_replica_that_was_told_to_end(self, data, news):
        number, member = data.draw(st.sampled_from(sorted(self.script.ending)))
        reason = () if news in ("ready", "away") else ("late",)
        before = (self.rollout.state, self.rollout.routed, dict(self.script.alive))
        getattr(self.rollout, news)(number, member, *reason)
        assert (self.rollout.state, self.rollout.routed, dict(self.script.alive)) == before

    @precondition(lambda self: self.script.keeping)
    @rule(works=st.sampled_from([True, True, False]))
    def a_writing_ends(self, works):
        served = self.served()
        if works:
            self.script.is_kept()
        else:
            self.script.cannot_keep()
        assert not served or self.rollout.routed or self.rollout.replicas == 0

    @rule(seconds=st.sampled_from([0.5, TRIAL, 60.0]))
    def time_goes_by(self, seconds):
        self.script.after(seconds)

    @precondition(lambda self: self.asked > 2)
    @rule()
    def stop(self):
        self.is_stopped = True
        self.rollout.stopped()

    def served(self):
        """Whether somebody takes calls who has not been told to end."""
        return bool(self.rollout.routed)

    @invariant()
    def no_replica_is_an_orphan(self):
        rollout = self.rollout
        known = {group.number for group in (rollout.current, rollout.rolling) if group}
        assert {number for number, _ in self.script.alive} <= known

    @invariant()
    def two_revisions_take_calls_only_while_one_is_a_canary(self):
        numbers = {number for number, _ in self.rollout.routed}
        assert len(numbers) <= (2 if self.rollout.state is State.CANARY else 1)
        assert not self.rollout.shares or numbers <= set(self.rollout.shares)

    @invariant()
    def a_shadow_takes_no_calls(self):
        if self.rollout.state is State.SHADOW:
            assert self.rollout.rolling.number not in {each for each, _ in self.rollout.routed}
            assert all(self.script.alive[each] for each in self.rollout.shadowed)
        else:
            assert not self.rollout.shadowed

    @invariant()
    def calls_go_to_replicas_that_take_them(self):
        assert all(self.script.alive[each] for each in self.rollout.routed)

    @invariant()
    def what_could_serve_does(self):
        current = self.rollout.current
        if current is not None and current.ready:
            assert self.rollout.routed

    @invariant()
    def what_was_prepared_is_used_or_taken_back(self):
        used = {number for number, _ in (*self.script.alive, *self.script.ending)}
        rollout = self.rollout
        known = {group.number for group in (rollout.current, rollout.rolling) if group}
        assert self.script.prepared <= used | known

    @invariant()
    def stopped_nothing_runs(self):
        if self.is_stopped:
            assert self.script.alive == {}
            assert self.rollout.state is State.STOPPED

    def teardown(self):
        """Whatever happened: stopped, and with all that was begun at its end, nothing is left."""
        self.rollout.stopped()
        for number in list(self.script.preparing):
            self.script.can_prepare(number)
        while self.script.keeping:
            self.script.is_kept()
        for replica in list(self.script.ending):
            self.script.has_ended(replica)
        assert (self.script.alive, self.script.ending, self.script.prepared) == ({}, set(), set())
        assert self.rollout.is_drained


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=300, stateful_step_count=60, deadline=None)


class Persistent(AnyOrder):
    """The same; and asked for nothing more, with everything going well, the newest serves."""

    def teardown(self):
        """Everything that is begun ends well."""
        if self.asked and not self.is_stopped:
            for _ in range(20):
                for number in list(self.script.preparing):
                    self.script.can_prepare(number)
                for replica in list(self.script.alive):
                    self.script.is_ready(replica)
                while self.script.keeping:
                    self.script.is_kept()
                for replica in list(self.script.ending):
                    self.script.has_ended(replica)
                self.script.after(60.0)
                self.rollout.settled(self.asked, "as good", keep=True)
            assert self.rollout.state is State.RESTING
            assert self.rollout.outcome == "ready" or self.rollout.current is not None
            if self.rollout.outcome == "ready":
                assert self.rollout.current.number == self.asked == self.script.kept
            assert len(self.script.alive) == self.rollout.current.wanted
        super().teardown()


TestPersistent = Persistent.TestCase
TestPersistent.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)


def test_progress_counts_the_newest_revisions_replicas_alone():
    script = Script()
    assert script.rollout.progress == (1, 0)  # nothing was asked for yet
    script.serve(1, 1)
    script.rollout.scaled(2)
    for each in script.replicas_of(1):
        script.is_ready(each)
    assert script.rollout.progress is None
    script.rollout.asked(Asked(2, 3))
    assert script.rollout.progress == (3, 0)  # it is being prepared
    script.can_prepare(2)
    first, *_ = script.replicas_of(2)
    script.is_ready(first)
    assert script.rollout.progress == (3, 1)
    script.rollout.asked(Asked(3, 1))
    assert script.rollout.progress == (2, 0)
    script.can_prepare(3)
    script.cannot(script.replicas_of(3)[0])
    assert script.rollout.progress is None
