"""Why no node takes a pod, as schedulers of several years write it."""

import pytest

from dcf.providers.kubernetes.scheduling import why_unscheduled

POD = {
    "containers": [
        {"resources": {"requests": {"cpu": "100"}, "limits": {"nvidia.com/gpu": "1"}}},
        {"resources": {"requests": {"cpu": "50m"}}},
        {},
    ]
}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            "0/2 nodes are available: 2 Insufficient cpu.",
            "2 of 2: too little cpu (100 + 50m asked for)",
        ),
        (
            "0/2 nodes are available: 1 Insufficient memory, 2 Insufficient nvidia.com/gpu.",
            "1 of 2: too little memory; 2 of 2: too little nvidia.com/gpu (1 asked for)",
        ),
        (
            "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: "
            "2 No preemption victims found for incoming pod.",
            "2 of 2: too little cpu (100 + 50m asked for)",
        ),
        (
            "0/1 nodes are available: 1 Insufficient nvidia.com/gpu. no new claims to deallocate, "
            "preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
            "1 of 1: too little nvidia.com/gpu (1 asked for)",
        ),
        (
            "0/3 nodes are available: 3 node(s) didn't match node selector.",
            "3 of 3: not what constraints ask for",
        ),
        (
            "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity.",
            "2 of 2: not what constraints ask for",
        ),
        (
            "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match Pod's "
            "node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not "
            "helpful for scheduling.",
            "1 of 3: no new pods are taken there (cordoned); 2 of 3: not what constraints ask for",
        ),
        (
            "0/2 nodes are available: 1 node(s) had taint {gpu: true}, that the pod didn't "
            "tolerate, 1 node(s) had taint {node.kubernetes.io/unreachable: }, that the pod "
            "didn't tolerate.",
            "1 of 2: the taint gpu=true, which constraints do not tolerate; 1 of 2: no answer",
        ),
        (
            "0/2 nodes are available: 1 Too many pods, 1 node(s) had untolerated taint {team: }.",
            "1 of 2: as many pods as there may be; "
            "1 of 2: the taint team, which constraints do not tolerate",
        ),
        (
            "0/1 nodes are available: 1 node(s) had untolerated taint(s) {a: b}.",
            "1 of 1: the taint a=b, which constraints do not tolerate",
        ),
        (
            "0/1 nodes are available: 1 node(s) had volume node affinity conflict.",
            "1 of 1: had volume node affinity conflict",
        ),
        ("0/1 nodes are available: something new.", "something new"),
    ],
)
def test_what_is_missing_is_told_in_one_line(message, words):
    assert why_unscheduled(message, POD) == f"no node takes it; {words}"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("no nodes available to schedule pods", "no nodes available to schedule pods"),
        ("", "the scheduler does not say why"),
        ("a\nb", "a b"),
    ],
)
def test_what_is_of_another_form_is_told_as_it_is(message, words):
    assert why_unscheduled(message, {}) == f"no node takes it: {words}"


def test_a_long_one_is_cut():
    many = ", ".join(f"1 node(s) had taint {{key-{each}: value}}" for each in range(50))
    assert len(why_unscheduled(f"0/50 nodes are available: {many}.", {})) == 300
