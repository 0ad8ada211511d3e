"""What happens in a cluster is told once, in order, from what changes in its objects."""

import dataclasses
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcf.errors import NotFound
from dcf.providers.kubernetes import names
from dcf.providers.kubernetes.cache import Cache
from dcf.providers.kubernetes.noticing import Noticing
from dcf.providers.kubernetes.reading import deployment_record, pod_record, replica_set_record
from dcf.providers.kubernetes.records import FunctionRecords
from dcf.providers.kubernetes.state import Standing
from dcf.providers.notices import (
    CandidateReady,
    ReplicaEnded,
    ReplicaLooping,
    ReplicaReady,
    ReplicaRestarted,
    RolloutEnded,
    RolloutStep,
)
from dcf.providers.placement import ENDED, FAILED, READY, ReplicaExit, RevisionInfo
from dcf.providers.terms import Terms
from tests.dcf.providers.kubernetes.objects import (
    LATER,
    SPEC,
    container,
    deployment,
    end,
    pod,
    replica_set,
)

STARTING = container(waiting={"reason": "ContainerCreating"})
CANARY = dataclasses.replace(SPEC, annotations={"dcf.rollout.mode": "canary"})
NOW = 1_795_831_210.0  # ten seconds after these revisions were asked for


class Cluster:
    """Caches as the view has them, and what is told of each event."""

    def __init__(self, *, is_started=True):
        function = lambda record: record.function  # noqa: E731 # of three kinds
        self.deployments = Cache(lambda found, _: deployment_record(found), function)
        self.sets = Cache(lambda found, _: replica_set_record(found), function)
        self.pods = Cache(pod_record, function)
        self.heard, self.now = [], NOW
        self.noticing = Noticing(self.records, self.heard.append, lambda: self.now)
        if is_started:
            self.noticing.started([])

    def records(self, name):
        found = {each.track: each for each in self.deployments.of(name)}
        if names.STABLE not in found:
            raise NotFound(name)
        return FunctionRecords(
            found[names.STABLE], found.get(names.CANDIDATE), self.sets.of(name), self.pods.of(name)
        )

    def put(self, cache, found, kind="MODIFIED"):
        found["metadata"].setdefault("resourceVersion", "1")
        change = cache.event({"type": kind, "object": found})
        if change is not None:
            self.noticing.changed(change)
        heard, self.heard[:] = list(self.heard), []
        return heard


@pytest.fixture
def cluster():
    return Cluster()


def test_a_rollout_is_told_from_its_first_step_to_its_end(cluster):
    assert cluster.put(cluster.deployments, deployment()) == [RolloutStep("echo", 1, "preparing")]
    assert cluster.put(cluster.sets, replica_set()) == [RolloutStep("echo", 1, "starting")]
    assert cluster.put(cluster.pods, pod(status=STARTING)) == []
    assert cluster.put(cluster.pods, pod()) == [ReplicaReady("echo", 1, "echo-s1-abcde")]
    assert cluster.put(cluster.sets, replica_set(rollout=READY)) == [
        RolloutEnded("echo", 1, READY, "", 10.0)
    ]
    assert cluster.put(cluster.sets, replica_set(rollout=READY, readyReplicas=1)) == []


def test_steps_come_in_order_whatever_is_seen_first(cluster):
    assert cluster.put(cluster.sets, replica_set()) == []
    assert cluster.put(cluster.deployments, deployment()) == [
        RolloutStep("echo", 1, "preparing"), RolloutStep("echo", 1, "starting"),
    ]  # fmt: skip


def test_one_that_fails_is_told_with_the_reason_but_not_what_the_function_wrote(cluster):
    cluster.put(cluster.deployments, deployment())
    reason = "exited with status 7; its last line: secret input"
    assert cluster.put(cluster.sets, replica_set(rollout=FAILED, reason=reason)) == [
        RolloutEnded("echo", 1, FAILED, "exited with status 7", 10.0)
    ]
    # Its template is what served before again, which is nothing new.
    assert cluster.put(cluster.deployments, deployment()) == []


def test_going_back_before_the_result_is_seen_is_no_end_yet(cluster):
    cluster.put(cluster.sets, replica_set(1, READY))
    cluster.put(cluster.sets, replica_set(2))
    cluster.put(cluster.deployments, deployment(2))
    assert cluster.put(cluster.deployments, deployment(1)) == []
    (told,) = cluster.put(cluster.sets, replica_set(2, FAILED, "no weights"))
    assert (told.revision, told.result, told.reason) == (2, FAILED, "no weights")


def test_one_that_is_given_up_for_the_next_was_replaced(cluster):
    cluster.put(cluster.deployments, deployment())
    cluster.put(cluster.sets, replica_set())
    assert cluster.put(cluster.deployments, deployment(2)) == [
        RolloutEnded("echo", 1, "replaced", "", 10.0), RolloutStep("echo", 2, "preparing"),
    ]  # fmt: skip


def test_what_was_there_before_is_restored():
    cluster = Cluster(is_started=False)
    assert cluster.put(cluster.deployments, deployment(2)) == []
    assert cluster.put(cluster.sets, replica_set(1, READY)) == []
    assert cluster.put(cluster.sets, replica_set(2, READY)) == []
    assert cluster.put(cluster.pods, pod()) == []
    cluster.noticing.started(["echo"])
    assert cluster.heard == [RolloutEnded("echo", 2, READY, "", 0.0, is_restored=True)]


def test_a_candidate_is_told_when_it_can_be_judged_and_when_it_took_over(cluster):
    cluster.put(cluster.deployments, deployment())
    cluster.put(cluster.sets, replica_set(rollout=READY))
    beside = deployment(2, spec=CANARY, track=names.CANDIDATE)
    assert cluster.put(cluster.deployments, beside) == [RolloutStep("echo", 2, "preparing")]
    made = replica_set(2, spec=CANARY, track=names.CANDIDATE)
    assert cluster.put(cluster.sets, made) == [RolloutStep("echo", 2, "starting")]
    made = replica_set(2, READY, spec=CANARY, track=names.CANDIDATE)
    assert cluster.put(cluster.sets, made) == [
        RolloutStep("echo", 2, "canary"), CandidateReady("echo", 2, 1, Terms("canary")),
    ]  # fmt: skip
    cluster.put(cluster.deployments, deployment(2, spec=CANARY))
    (ended,) = cluster.put(cluster.sets, replica_set(2, READY, "as good", spec=CANARY))
    assert (ended.revision, ended.result, ended.reason) == (2, READY, "as good")


@pytest.mark.parametrize("outcome", [FAILED, ENDED])
def test_a_candidate_that_goes_back_has_ended_with_the_verdict(cluster, outcome):
    cluster.put(cluster.deployments, deployment())
    cluster.put(cluster.sets, replica_set(rollout=READY))
    beside = deployment(2, spec=CANARY, track=names.CANDIDATE)
    cluster.put(cluster.deployments, beside)
    marked = deployment()
    info = RevisionInfo(2, CANARY, "2026-11-28T02:00:00Z", "", outcome, "worse")
    from dcf.providers.kubernetes.written import past_text

    marked["metadata"]["annotations"][names.PAST] = past_text([info])
    assert cluster.put(cluster.deployments, marked) == []  # it still stands
    assert cluster.put(cluster.deployments, beside, "DELETED") == [
        RolloutEnded("echo", 2, outcome, "worse", 10.0)
    ]


def test_ends_of_replicas_are_told_once_each(cluster):
    cluster.put(cluster.pods, pod())
    crashed = pod(status=container(terminated=end(139)))
    words = "killed by signal 11 (SIGSEGV), a fault in compiled code"
    assert cluster.put(cluster.pods, crashed) == [
        ReplicaRestarted("echo", 1, "echo-s1-abcde", "signal", words)
    ]
    again = pod(status=container(True, 1, end(139), running={}))
    assert cluster.put(cluster.pods, again) == [ReplicaReady("echo", 1, "echo-s1-abcde")]
    assert cluster.put(cluster.pods, again, "DELETED") == [ReplicaEnded("echo", 1, "echo-s1-abcde")]


def test_an_end_that_more_is_known_of_is_told_with_that(cluster):
    cluster.put(cluster.deployments, deployment())
    cluster.put(cluster.pods, pod())
    known = cluster.records

    def records(name):
        found = known(name)
        pods = tuple(
            dataclasses.replace(each, last_exit=ReplicaExit("", "unhealthy: a", LATER, ""))
            for each in found.pods
        )
        return dataclasses.replace(found, pods=pods)

    cluster.noticing = Noticing(records, cluster.heard.append, lambda: NOW)
    cluster.noticing.started([])
    (told,) = cluster.put(cluster.pods, pod(status=container(terminated=end(137))))
    assert (told.kind, told.reason) == ("unhealthy", "unhealthy: a")


def test_a_loop_is_told_once_until_it_has_been_ready_for_a_while(cluster):
    def crashing(ends):
        back_off = {"reason": "CrashLoopBackOff", "message": "back-off 10s restarting failed"}
        status = container(
            False, ends - 1, end(1, at=f"2026-11-28T02:00:0{ends}Z"), waiting=back_off
        )
        return cluster.put(cluster.pods, pod(status=status))

    def running(ends):
        return cluster.put(cluster.pods, pod(status=container(True, ends, end(1), running={})))

    cluster.put(cluster.pods, pod())
    assert [type(each) for each in crashing(3)] == [ReplicaRestarted, ReplicaLooping]
    running(3)
    cluster.now += 5
    assert [type(each) for each in crashing(4)] == [ReplicaRestarted]
    running(4)
    cluster.now += 11
    assert [type(each) for each in crashing(5)] == [ReplicaRestarted, ReplicaLooping]


def test_after_its_end_only_the_ends_of_its_replicas_are_told(cluster):
    cluster.put(cluster.deployments, deployment())
    cluster.put(cluster.sets, replica_set())
    cluster.put(cluster.pods, pod())
    assert cluster.put(cluster.deployments, deployment(), "DELETED") == []
    ending = pod(status=container(terminated=end(0, reason="Completed")))
    ending["metadata"]["deletionTimestamp"] = LATER
    assert cluster.put(cluster.pods, ending) == []
    assert cluster.put(cluster.sets, replica_set(), "DELETED") == []
    (told,) = cluster.put(cluster.pods, ending, "DELETED")
    assert isinstance(told, ReplicaEnded)


def test_a_deployment_that_is_being_deleted_is_no_function(cluster):
    cluster.put(cluster.deployments, deployment())
    going = deployment(2)
    going["metadata"]["deletionTimestamp"] = LATER
    assert cluster.put(cluster.deployments, going) == []
    with pytest.raises(NotFound):
        cluster.records("echo")


statuses = st.sampled_from(
    [
        STARTING,
        container(True, running={}),
        container(False, running={}),
        container(terminated=end(1)),
        container(False, 1, end(1), running={}),
        container(True, 1, end(1), running={}),
        container(False, 2, end(1), waiting={"reason": "CrashLoopBackOff"}),
        container(waiting={"reason": "ImagePullBackOff", "message": "Back-off pulling image"}),
    ]
)
revisions = st.integers(1, 3)
events = st.one_of(
    st.tuples(
        st.just("pod"), st.sampled_from("abc"), revisions, statuses, st.booleans(), st.booleans()
    ),
    st.tuples(st.just("set"), revisions, st.sampled_from(["", READY, FAILED])),
    st.tuples(st.just("deployment"), revisions, st.integers(0, 3), st.booleans()),
)


def happen(cluster, event):
    """One event, as a watch tells it."""
    match event:
        case "pod", name, revision, status, is_ending, is_gone:
            found = pod(f"echo-s{revision}-{name * 5}", revision, status=status)
            if is_ending:
                found["metadata"]["deletionTimestamp"] = LATER
            return cluster.put(cluster.pods, found, "DELETED" if is_gone else "MODIFIED")
        case "set", revision, rollout:
            return cluster.put(cluster.sets, replica_set(revision, rollout))
        case "deployment", revision, replicas, is_gone:
            found = deployment(revision, replicas)
            return cluster.put(cluster.deployments, found, "DELETED" if is_gone else "MODIFIED")


@settings(max_examples=300)
@given(st.lists(events, max_size=40))
def test_whatever_happens_states_are_sound_and_no_end_is_told_twice(order):
    cluster, ends = Cluster(), Counter()
    for event in order:
        told = happen(cluster, event)
        try:
            records = cluster.records("echo")
        except NotFound:
            ends.clear()  # the next one of that name is another
            continue
        standing = Standing(records)
        state = standing.state
        ready = [each for each in records.pods if each.ready and not each.ending]
        assert 0 <= state.available <= min(len(ready), state.replicas)
        assert state.newest >= max(state.revision, records.stable.revision)
        assert (state.progress is None) == (state.rollout != "progressing")
        numbers = [each.number for each in standing.history()]
        assert numbers == sorted(set(numbers), reverse=True)
        assert sum(each.serving for each in standing.history()) == (state.revision > 0)
        for each in told:
            if isinstance(each, RolloutEnded):
                ends[each.revision, each.result] += 1
        assert all(count == 1 for count in ends.values()), ends
