"""States and histories of functions whose objects are as the API server gives them."""

import dataclasses

import pytest

from dcf.providers.kubernetes import names
from dcf.providers.kubernetes.reading import deployment_record, pod_record, replica_set_record
from dcf.providers.kubernetes.records import FunctionRecords
from dcf.providers.kubernetes.state import Standing
from dcf.providers.placement import (
    ENDED,
    FAILED,
    PROGRESSING,
    READY,
    FunctionSpec,
    Progress,
    RevisionInfo,
)
from tests.dcf.providers.kubernetes.objects import (
    LATER,
    SPEC,
    container,
    deployment,
    end,
    pod,
    replica_set,
)

OTHER = dataclasses.replace(SPEC, image="echo:2")
STARTING = container(waiting={"reason": "ContainerCreating"})
CANARY = dataclasses.replace(SPEC, annotations={"dcf.rollout.mode": "canary"})


def standing(stable, sets=(), pods=(), candidate=None, past=()):
    record = dataclasses.replace(deployment_record(stable), past=tuple(past))
    return Standing(
        FunctionRecords(
            record,
            deployment_record(candidate) if candidate else None,
            tuple(replica_set_record(each) for each in sets),
            tuple(pod_record(each) for each in pods),
        )
    )


def test_a_first_revision_progresses_until_it_is_marked_ready():
    state = standing(deployment(replicas=2)).state
    assert (state.rollout, state.revision, state.newest) == (PROGRESSING, 0, 1)
    assert (state.spec, state.replicas, state.available) == (SPEC, 2, 0)
    assert state.progress == Progress(2, 0)
    state = standing(deployment(replicas=2), [replica_set()], [pod()]).state
    assert (state.rollout, state.available, state.progress) == (PROGRESSING, 1, Progress(2, 1))
    state = standing(deployment(), [replica_set(rollout=READY)], [pod()]).state
    assert (state.rollout, state.revision, state.available) == (READY, 1, 1)
    assert (state.progress, state.reason, state.judged) == (None, "", "")


def test_what_serves_is_shown_while_the_next_one_progresses():
    sets = [replica_set(1, READY), replica_set(2, spec=OTHER)]
    pods = [pod(), pod("echo-s2-abcde", 2, status=STARTING)]
    found = standing(deployment(2, spec=OTHER), sets, pods)
    state = found.state
    assert (state.spec, state.revision, state.newest) == (SPEC, 1, 2)
    assert (state.rollout, state.available, state.progress) == (PROGRESSING, 1, Progress(1, 0))
    newest, first = found.history()
    assert (newest.number, newest.spec, newest.rollout) == (2, OTHER, PROGRESSING)
    assert (first.number, first.spec, first.rollout) == (1, SPEC, READY)
    assert (first.serving, newest.serving, first.by) == (True, False, "ann@here")


def test_a_failed_one_is_told_with_its_reason_beside_what_serves():
    sets = [replica_set(1, READY), replica_set(2, FAILED, "no weights", spec=OTHER)]
    state = standing(deployment(1), sets, [pod()]).state
    assert (state.rollout, state.reason, state.revision) == (FAILED, "no weights", 1)
    assert (state.newest, state.progress, state.spec) == (2, None, SPEC)


def test_one_that_never_took_over_was_given_up_for_the_next():
    sets = [replica_set(1, READY), replica_set(2, spec=OTHER), replica_set(3)]
    newest, between, _ = standing(deployment(3), sets, [pod()]).history()
    assert (between.rollout, between.reason) == (
        FAILED, "given up for revision 3 before it took over",
    )  # fmt: skip
    assert newest.rollout == PROGRESSING


def test_before_its_replica_set_is_there_a_revision_is_known_by_the_deployment():
    newest, first = standing(deployment(2, spec=OTHER), [replica_set(1, READY)], [pod()]).history()
    assert (newest.number, newest.spec, newest.by) == (2, OTHER, "ann@here")
    assert (newest.rollout, first.serving) == (PROGRESSING, True)


def test_going_back_by_kubectl_serves_what_the_template_says():
    sets = [replica_set(1, READY), replica_set(2, READY, spec=OTHER)]
    state = standing(deployment(1), sets, [pod()]).state
    assert (state.revision, state.spec, state.rollout) == (1, SPEC, READY)


def test_never_more_than_wanted_and_none_that_ends_is_available():
    ending = pod("echo-s1-fghij")
    ending["metadata"]["deletionTimestamp"] = LATER
    state = standing(deployment(), [replica_set(rollout=READY)], [pod(), pod("echo-s1-k")]).state
    assert (state.replicas, state.available) == (1, 1)
    state = standing(deployment(replicas=2), [replica_set(rollout=READY)], [pod(), ending]).state
    assert state.available == 1


def candidate(rollout=""):
    sets = [replica_set(1, READY), replica_set(2, rollout, spec=CANARY, track=names.CANDIDATE)]
    pods = [pod(), pod("echo-c2-abcde", 2, names.CANDIDATE)]
    return sets, pods, deployment(2, spec=CANARY, track=names.CANDIDATE)


@pytest.mark.parametrize(("rollout", "judged"), [("", ""), (READY, "canary")])
def test_a_candidate_is_judged_once_all_its_replicas_were_ready(rollout, judged):
    found = standing(deployment(1), *candidate(rollout))
    state = found.state
    assert (state.judged, state.rollout, state.progress) == (judged, PROGRESSING, Progress(1, 1))
    assert (state.revision, state.newest, state.available) == (1, 2, 1)
    assert [(each.number, each.rollout) for each in found.history()] == [
        (2, PROGRESSING), (1, READY),
    ]  # fmt: skip


def test_one_that_is_kept_takes_over_as_an_update_does():
    sets, pods, beside = candidate(READY)
    state = standing(deployment(2, spec=CANARY), sets, pods, beside).state
    assert (state.judged, state.rollout, state.revision) == ("", PROGRESSING, 1)
    assert state.progress == Progress(1, 0)
    sets.append(replica_set(2, READY, "as good", spec=CANARY))
    found = standing(deployment(2, spec=CANARY), sets, [pod("echo-s2-abcde", 2)])
    assert (found.state.rollout, found.state.revision, found.state.reason) == (READY, 2, "")
    assert (found.history()[0].reason, found.history()[0].serving) == ("as good", True)


@pytest.mark.parametrize("outcome", [FAILED, ENDED])
def test_one_that_went_back_is_the_newest_with_its_verdict(outcome):
    past = [RevisionInfo(2, CANARY, LATER, "bob", outcome, "worse")]
    found = standing(deployment(1), [replica_set(1, READY)], [pod()], past=past)
    state = found.state
    assert (state.rollout, state.reason, state.newest, state.revision) == (outcome, "worse", 2, 1)
    assert [each.number for each in found.history()] == [2, 1]
    assert found.history()[0].spec == CANARY


def test_ends_of_its_replicas_are_told_with_the_revision_that_serves():
    crashed = pod(status=container(True, 2, end(139), running={}))
    found = standing(deployment(), [replica_set(rollout=READY)], [crashed])
    cause = "killed by signal 11 (SIGSEGV), a fault in compiled code"
    assert (found.state.restarts, found.state.last_exit.cause) == (2, cause)
    assert (found.history()[0].restarts, found.history()[0].reason) == (2, "")
    assert (found.state.last_exit.at, found.state.last_exit.address) == (
        LATER, "http://10.0.0.7:8080",
    )  # fmt: skip


def test_trouble_of_the_newest_is_told_while_it_progresses_or_misses_replicas():
    waiting = pod("echo-s1-fghij", status=container(waiting={"reason": "InvalidImageName"}))
    state = standing(deployment(), [replica_set()], [waiting]).state
    assert (state.rollout, state.reason.startswith("image echo:1 is no name")) == (
        PROGRESSING,
        True,
    )
    sets = [replica_set(rollout=READY)]
    state = standing(deployment(replicas=2), sets, [pod(), waiting]).state
    assert (state.rollout, state.reason.startswith("image echo:1 is no name")) == (READY, True)
    assert standing(deployment(), sets, [pod(), waiting]).state.reason == ""


def test_pods_of_a_function_by_kubectl_are_numbered_by_their_replica_set():
    made, made_set, made_pod = deployment(), replica_set(rollout=READY), pod()
    for each in (made["spec"]["template"], made_set["spec"]["template"], made_pod):
        del each["metadata"]["labels"][names.REVISION]
        each["metadata"].pop("annotations", None)
    made_set["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "41"
    found = standing(made, [made_set], [made_pod])
    assert (found.serving, found.newest, found.state.available) == (41, 41, 1)
    assert found.state.spec == FunctionSpec("echo", "echo:1")


def foreign(found, number):
    """As `kubectl apply` makes it."""
    for each in (found["spec"]["template"], found):
        each["metadata"]["labels"].pop(names.REVISION, None)
    found["spec"]["template"]["metadata"]["annotations"] = {}
    noted = found["metadata"].setdefault("annotations", {})
    noted["deployment.kubernetes.io/revision"] = str(number)
    return found


def test_revisions_that_kubectl_replaced_are_taken_to_have_served():
    sets = [foreign(replica_set(number, spec=SPEC), number) for number in (3, 4)]
    newest, before = standing(foreign(deployment(), 4), sets).history()
    assert (newest.number, newest.rollout) == (4, PROGRESSING)
    assert (before.number, before.rollout, before.reason) == (3, READY, "")


def test_of_two_replica_sets_of_one_number_the_one_with_pods_counts():
    """Somebody changed the template, and left the label."""
    left, current = replica_set(1, READY), replica_set(1, READY, "changed", spec=OTHER)
    left["spec"]["replicas"], left["metadata"]["name"] = 0, "echo-left"
    for sets in ([left, current], [current, left]):
        assert standing(deployment(), sets).history()[0].spec == OTHER
