"""What a Deployment becomes: its template, its numbers and its past, and nothing of others'."""

import copy

from dcf.providers.kubernetes import changes, names
from dcf.providers.kubernetes.manifests import deployment
from dcf.providers.kubernetes.reading import deployment_record, replica_set_record
from dcf.providers.kubernetes.records import FunctionRecords
from dcf.providers.kubernetes.revisions import Asked, Ground
from dcf.providers.kubernetes.state import Standing
from dcf.providers.placement import FAILED, READY, FunctionSpec, RevisionInfo

GROUND = Ground("functions")
FIRST = FunctionSpec("echo", "echo:1", labels={"team": "a", "old": "1"})
SECOND = FunctionSpec("echo", "echo:2", labels={"team": "b"}, env={"LOAD_TIMEOUT": "500"})


def deployed(spec=FIRST, number=1):
    made = deployment(Asked(spec, number, "2026-01-01T00:00:00Z", "ann"), GROUND)
    made["metadata"] |= {"uid": "u", "resourceVersion": "7"}
    made["metadata"]["labels"]["others"] = "x"
    return made


def standing(found):
    return Standing(FunctionRecords(deployment_record(found)))


def set_of(found, rollout=""):
    """The ReplicaSet that a Deployment's controller would make."""
    template = copy.deepcopy(found["spec"]["template"])
    template["metadata"]["labels"]["pod-template-hash"] = "abc"
    return {
        "metadata": {
            "name": "echo-abc", "labels": template["metadata"]["labels"],
            "annotations": {names.RESULT: rollout}, "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": {"replicas": 1, "template": template},
    }  # fmt: skip


def test_a_new_revision_changes_what_is_the_functions_and_nothing_else():
    before = deployed()
    kept = copy.deepcopy(before)
    after = changes.begun(before, Asked(SECOND, 2, "t", "bob"), GROUND, 3)
    assert before == kept
    assert after["metadata"]["resourceVersion"] == "7"  # or a change meanwhile would be lost
    assert after["metadata"]["annotations"][names.NEWEST] == "2"
    labels = after["metadata"]["labels"]
    assert (labels["team"], labels["others"], "old" in labels) == ("b", "x", False)
    assert after["spec"]["selector"] == before["spec"]["selector"]
    assert (after["spec"]["replicas"], after["spec"]["progressDeadlineSeconds"]) == (3, 560)
    record = deployment_record(after)
    assert (record.spec, record.revision, record.by) == (SECOND, 2, "bob")


def test_numbers_never_come_twice():
    found = deployed(number=4)
    assert changes.next_number(found, standing(found)) == 5
    found = changes.numbered(found, 9)  # of a candidate that is gone without a word
    assert changes.next_number(found, standing(found)) == 10
    found["metadata"]["annotations"] = {names.NEWEST: "many"}
    assert changes.next_number(found, standing(found)) == 5


def test_going_back_gives_the_old_template_to_the_letter():
    first = deployed()
    second = changes.begun(first, Asked(SECOND, 2, "t"), GROUND, 1)
    back = changes.gone_back(second, set_of(first))
    assert back["spec"]["template"] == first["spec"]["template"]  # so its ReplicaSet is taken again
    assert back["metadata"]["labels"] == first["metadata"]["labels"]
    assert back["metadata"]["annotations"][names.NEWEST] == "2"


def test_what_became_of_a_revision_is_in_the_past_once():
    found = deployed()
    info = RevisionInfo(2, SECOND, "t", "bob", READY, serving=True)
    found = changes.ended(found, info, FAILED, "worse")
    found = changes.ended(found, info, FAILED, "much worse")
    (past,) = deployment_record(found).past
    assert past == RevisionInfo(2, SECOND, "t", "bob", FAILED, "much worse")


def test_only_one_on_its_way_is_given_up():
    found = deployed()
    ready = RevisionInfo(1, FIRST, "", "", READY)
    assert changes.given_up(found, ready, 2) == found
    found = changes.given_up(found, RevisionInfo(1, FIRST, ""), 2)
    (past,) = deployment_record(found).past
    assert past.reason == "given up for revision 2 before it took over"


def test_a_candidate_takes_over_as_it_is_and_its_verdict_with_it():
    stable = deployed()
    candidate = deployment(Asked(SECOND, 2, "t"), GROUND, names.CANDIDATE)
    kept = copy.deepcopy(candidate)
    after = changes.taken_over(stable, candidate, "as good")
    assert candidate == kept
    template = after["spec"]["template"]["metadata"]
    assert template["labels"][names.TRACK] == names.STABLE
    assert template["annotations"][names.VERDICT] == "as good"
    assert changes.revision_of(after) == 2
    assert after["spec"]["progressDeadlineSeconds"] == 560
    assert after["metadata"]["labels"]["team"] == "b"
    assert replica_set_record(set_of(after)).track == names.STABLE


def test_counts_are_changed_alone():
    found = deployed()
    after = changes.scaled(found, 4)
    after["spec"]["replicas"] = found["spec"]["replicas"]
    assert after == found
