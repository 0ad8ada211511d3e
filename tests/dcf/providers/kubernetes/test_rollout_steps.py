"""What is done next about a rollout, over every kind of records there may be."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcf.providers.kubernetes import names
from dcf.providers.kubernetes.records import (
    DeploymentRecord,
    FunctionRecords,
    PodRecord,
    ReplicaSetRecord,
)
from dcf.providers.kubernetes.rollout_steps import Fail, GoBack, Mark, Remove, steps
from dcf.providers.placement import ENDED, FAILED, READY, FunctionSpec, RevisionInfo

SPEC = FunctionSpec("echo", "echo:1")
LATE = {"Progressing": ("ProgressDeadlineExceeded", "")}


def deployment(revision, track=names.STABLE, replicas=1, ready=0, **more):
    name = "echo" if track == names.STABLE else names.candidate("echo")
    counts = {"existing": max(ready, 1), "updated": max(ready, 1), "available": ready}
    return DeploymentRecord(
        "echo", name, track, "uid", "1", "", SPEC, revision, replicas,
        **{"observed": True, **counts, **more},
    )  # fmt: skip


def replica_set(revision, rollout="", track=names.STABLE, **more):
    name = f"{track}-{revision}"
    return ReplicaSetRecord("echo", name, track, revision, SPEC, rollout=rollout, **more)


def pod(revision, track=names.STABLE, **more):
    return PodRecord("echo", f"{track}-{revision}-x", track, revision, **more)


def of(stable, sets=(), pods=(), candidate=None):
    return steps(FunctionRecords(stable, candidate, tuple(sets), tuple(pods)), frozenset())


HOPELESS = {"trouble": "no such image", "hopeless": True}


def test_one_that_is_complete_is_ready_whatever_was_said_before():
    for before in ("", FAILED):
        assert of(deployment(2, ready=1), [replica_set(1, READY), replica_set(2, before)]) == (
            Mark("stable-2", READY),
        )
    assert of(deployment(2, ready=1), [replica_set(2, READY)]) == ()


@pytest.mark.parametrize(
    "more",
    [{"observed": False}, {"existing": 2}, {"updated": 0}, {"replicas": 2}],
    ids=["not seen", "old pods", "not begun", "too few"],
)
def test_one_that_is_not_complete_waits(more):
    stable = deployment(1, ready=1, **more)
    assert of(stable, [replica_set(1)]) == ()


def test_one_that_is_complete_is_ready_once_calls_go_to_no_other():
    records = FunctionRecords(
        deployment(2, ready=1), None, (replica_set(1, READY), replica_set(2)), ()
    )
    for called in ({1}, {1, 2}):
        assert steps(records, called) == ()
    for called in ({2}, set()):
        assert steps(records, called) == (Mark("stable-2", READY),)


def test_one_without_replicas_is_complete():
    stable = dataclasses.replace(deployment(1, replicas=0), existing=0, updated=0)
    assert of(stable, [replica_set(1)]) == (Mark("stable-1", READY),)


def test_one_that_cannot_become_ready_gives_way_to_what_serves():
    sets = [replica_set(1, READY), replica_set(2)]
    assert of(deployment(2), sets, [pod(2, **HOPELESS)]) == (
        Mark("stable-2", FAILED, "no such image"),
        GoBack(2, 1),
    )
    sets = [replica_set(1, READY), replica_set(2, FAILED, reason="no such image")]
    assert of(deployment(2), sets) == (GoBack(2, 1),)  # a gateway ended between the two


def test_a_first_one_that_fails_has_nothing_to_give_way_to_and_is_marked_once():
    assert of(deployment(1), [replica_set(1)], [pod(1, **HOPELESS)]) == (
        Mark("stable-1", FAILED, "no such image"),
    )
    assert of(deployment(1), [replica_set(1, FAILED, reason="x")], [pod(1, **HOPELESS)]) == ()


def test_pods_of_others_and_those_that_end_are_no_fault_of_it():
    sets = [replica_set(1, READY), replica_set(2)]
    pods = [
        pod(1, **HOPELESS),
        pod(2, ending=True, **HOPELESS),
        pod(2, names.CANDIDATE, **HOPELESS),
        pod(2, trouble="the image is pulled"),
    ]
    assert of(deployment(2), sets, pods) == ()


@pytest.mark.parametrize(
    ("failure", "pods", "reason"),
    [
        ("over the quota", [pod(2, trouble="no node")], "over the quota"),
        ("", [pod(2, trouble="old", ready=True), pod(2, trouble="no node")], "no node"),
        ("", [], "its replicas were not ready in time"),
    ],
)
def test_at_its_deadline_the_best_reason_is_told(failure, pods, reason):
    sets = [replica_set(1, READY), replica_set(2, failure=failure)]
    marked, _ = of(deployment(2, conditions=LATE), sets, pods)
    assert marked == Mark("stable-2", FAILED, reason)
    assert of(deployment(2, conditions=LATE, observed=False), sets, pods) == ()  # of an older form


def test_a_candidate_is_marked_when_all_its_replicas_are_ready():
    stable, sets = deployment(1, ready=1), [replica_set(1, READY)]
    candidate = deployment(2, names.CANDIDATE)
    beside = [*sets, replica_set(2, track=names.CANDIDATE)]
    assert of(stable, beside, candidate=candidate) == ()
    ready = deployment(2, names.CANDIDATE, ready=1)
    assert of(stable, beside, candidate=ready) == (Mark("candidate-2", READY),)
    judged = [*sets, replica_set(2, READY, names.CANDIDATE)]
    assert of(stable, judged, [pod(2, names.CANDIDATE, **HOPELESS)], candidate) == ()


def test_a_candidate_that_cannot_become_ready_is_given_up():
    sets = [replica_set(1, READY), replica_set(2, track=names.CANDIDATE)]
    candidate = deployment(2, names.CANDIDATE)
    found = of(deployment(1, ready=1), sets, [pod(2, names.CANDIDATE, **HOPELESS)], candidate)
    assert found == (Fail(2, "no such image"),)


def test_a_candidate_that_is_kept_stays_until_its_place_is_taken():
    candidate = deployment(2, names.CANDIDATE, ready=1)
    sets = [replica_set(1, READY), replica_set(2, READY, names.CANDIDATE), replica_set(2)]
    assert of(deployment(2), sets, candidate=candidate) == ()
    assert of(deployment(2, ready=1), sets, candidate=candidate) == (Mark("stable-2", READY),)
    done = [*sets[:2], replica_set(2, READY)]
    assert of(deployment(2, ready=1), done, candidate=candidate) == (Remove(2),)


def test_a_candidate_that_is_over_is_removed():
    candidate = deployment(2, names.CANDIDATE, ready=1)
    judged = replica_set(2, READY, names.CANDIDATE)
    past = (RevisionInfo(2, SPEC, "", "", ENDED, "worse"),)
    for stable, sets in (
        (deployment(3, ready=1), [replica_set(3, READY), judged]),
        (deployment(1, ready=1, past=past), [replica_set(1, READY), judged]),
        (deployment(1, ready=1), [replica_set(1, READY), replica_set(2, FAILED), judged]),
    ):
        assert of(stable, sets, candidate=candidate) == (Remove(2),)


numbers = st.integers(1, 3)
rollouts = st.sampled_from(["", READY, FAILED])
tracks = st.sampled_from([names.STABLE, names.CANDIDATE])
counts = st.integers(0, 2)
deployments = {
    track: st.builds(
        deployment, numbers, st.just(track), counts, counts, existing=counts, updated=counts,
        observed=st.booleans(), conditions=st.sampled_from([{}, LATE]),
    )
    for track in (names.STABLE, names.CANDIDATE)
}  # fmt: skip
records = st.builds(
    FunctionRecords,
    deployments[names.STABLE],
    st.none() | deployments[names.CANDIDATE],
    st.lists(
        st.builds(replica_set, numbers, rollouts, tracks),
        unique_by=lambda each: each.name, max_size=6,
    ).map(tuple),
    st.lists(
        st.builds(pod, numbers, tracks, hopeless=st.booleans(), ready=st.booleans()), max_size=4
    ).map(tuple),
)  # fmt: skip


@given(records)
def test_whatever_there_is_is_carried_on_to_an_end(found):
    """Done, a step is not to be done again, and nothing that serves is taken away."""
    serving = {
        each.revision for each in found.sets if each.rollout == READY and each.track == names.STABLE
    }
    for _ in range(12):
        wanted = steps(found, frozenset())
        if not wanted:
            return
        for each in wanted:
            assert not isinstance(each, GoBack) or each.serving in serving
            assert not (isinstance(each, Mark) and each.result == FAILED and not each.reason)
            found = done(found, each)
    raise AssertionError(wanted)


def done(found, step):
    """The records after a step."""
    match step:
        case Mark(name, result, reason):
            sets = tuple(
                dataclasses.replace(each, rollout=result, reason=reason)
                if each.name == name
                else each
                for each in found.sets
            )
            return dataclasses.replace(found, sets=sets)
        case GoBack(_, serving):
            stable = dataclasses.replace(found.stable, revision=serving)
            return dataclasses.replace(found, stable=stable)
    return dataclasses.replace(found, candidate=None)
