"""Objects of the API become small records."""

import pytest

from dcf.providers.kubernetes import names
from dcf.providers.kubernetes.reading import deployment_record, pod_record, replica_set_record
from dcf.providers.kubernetes.written import past_text
from dcf.providers.placement import FAILED, READY, RevisionInfo
from tests.dcf.providers.kubernetes.objects import (
    LATER,
    SPEC,
    TIME,
    container,
    deployment,
    end,
    pod,
    replica_set,
)


def test_a_deployment_says_what_was_asked_for_by_whom_and_how_far_it_is():
    record = deployment_record(deployment(3, 2, existing=3, updatedReplicas=2, availableReplicas=1))
    assert (record.function, record.name, record.track) == ("echo", "echo", names.STABLE)
    assert (record.spec, record.revision, record.replicas) == (SPEC, 3, 2)
    assert (record.created_at, record.deployed_at, record.by) == (TIME, TIME, "ann@here")
    assert (record.existing, record.updated, record.available) == (3, 2, 1)
    assert (record.uid, record.version, record.observed) == ("uid-echo", "7", True)


@pytest.mark.parametrize(
    ("status", "is_complete"),
    [
        ({"existing": 2, "updatedReplicas": 2, "availableReplicas": 2}, True),
        # One of the revision before takes calls for one of this that does not yet.
        ({"existing": 3, "updatedReplicas": 2, "availableReplicas": 2}, False),
        ({"existing": 2, "updatedReplicas": 1, "availableReplicas": 2}, False),
        ({"existing": 2, "updatedReplicas": 2, "availableReplicas": 1}, False),
        (
            {"existing": 2, "updatedReplicas": 2, "availableReplicas": 2, "observedGeneration": 1},
            False,
        ),
        ({}, False),
    ],
)  # fmt: skip
def test_it_is_complete_when_all_pods_are_new_and_available(status, is_complete):
    assert deployment_record(deployment(2, 2, **status)).is_complete == is_complete


def test_one_that_is_scaled_to_nothing_is_complete_without_pods():
    assert deployment_record(deployment(2, 0)).is_complete


def test_conditions_are_kept_with_reason_and_message():
    found = deployment(
        conditions=[
            {"type": "Available", "status": "False", "reason": "MinimumReplicasUnavailable"},
            {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded",
             "message": "timed out"},
            {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
             "message": "quota"},
        ]
    )  # fmt: skip
    assert deployment_record(found).conditions == {
        "Progressing": ("ProgressDeadlineExceeded", "timed out"),
        "ReplicaFailure": ("FailedCreate", "quota"),
    }


def test_what_became_of_candidates_is_read_from_the_deployment():
    past = [RevisionInfo(2, SPEC, TIME, "bob", FAILED, "worse")]
    found = deployment()
    found["metadata"]["annotations"][names.PAST] = past_text(past)
    assert deployment_record(found).past == tuple(past)


def test_a_replica_set_is_a_revision_with_its_result():
    record = replica_set_record(replica_set(2, READY, "as good", readyReplicas=1))
    assert (record.revision, record.spec, record.by) == (2, SPEC, "ann@here")
    assert (record.rollout, record.reason, record.ready) == (READY, "as good", 1)
    assert (record.deployed_at, record.failure) == (TIME, "")


def test_a_pod_is_a_replica():
    record = pod_record(pod(status=container(True, 1, end(7), running={})))
    assert (record.name, record.owner, record.revision) == ("echo-s1-abcde", "echo-s1", 1)
    assert (record.address, record.node, record.container) == ("10.0.0.7", "node-1", "function")
    assert (record.ready, record.ending, record.restarts) == (True, False, 1)
    assert (record.last_exit.cause, record.trouble) == ("exited with status 7", "")


def test_a_pod_that_is_told_to_end_is_no_replica_that_is_ready():
    found = pod()
    found["metadata"]["deletionTimestamp"] = LATER
    record = pod_record(found)
    assert (record.ready, record.ending) == (False, True)


def test_an_end_is_told_as_at_first_though_the_status_says_less_of_it_later():
    said = end(1, "2026-11-21T10:00:00Z ERROR no weights\nbye\n")
    first = pod_record(pod(status=container(terminated=said)))
    again = pod(status=container(True, 1, said, running={}))
    assert pod_record(again).last_exit != first.last_exit
    assert pod_record(again, first).last_exit == first.last_exit
    other = pod(status=container(True, 2, end(1, at="2026-11-28T02:00:09Z"), running={}))
    assert pod_record(other, first).last_exit.at == "2026-11-28T02:00:09Z"


@pytest.mark.parametrize("read", [deployment_record, replica_set_record, pod_record])
def test_what_has_no_label_is_somebody_elses(read):
    made = {deployment_record: deployment, replica_set_record: replica_set, pod_record: pod}
    found = made[read]()
    assert read(found) is not None
    del found["metadata"]["labels"][names.FUNCTION]
    assert read(found) is None
    del found["metadata"]["labels"]
    assert read(found) is None


@pytest.mark.parametrize("label", ["0", "-1", "x", "", "²", None])
def test_a_revision_that_is_no_number_is_that_of_kubernetes(label):
    found = deployment()
    found["spec"]["template"]["metadata"]["labels"][names.REVISION] = label
    assert deployment_record(found).revision == 41
    del found["metadata"]["annotations"]
    assert deployment_record(found).revision == 1


def test_objects_that_were_just_made_have_no_status():
    made = deployment()
    del made["status"]
    assert not deployment_record(made).observed
    made = pod()
    del made["status"]
    assert not pod_record(made).ready
