"""Why pods cannot be made, as API servers and their webhooks write it."""

import json
from pathlib import Path

import pytest

from dcf.providers.kubernetes.admission import why_not_made
from dcf.providers.kubernetes.reading import replica_set_record

RECORDED = json.loads(Path(__file__).with_name("recorded-1.20.json").read_text())


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            'pods "e-1" is forbidden: exceeded quota: room, requested: cpu=1,memory=2Gi, used: '
            "cpu=2,memory=1Gi, limited: cpu=2,memory=8Gi",
            "over the quota room: cpu=1,memory=2Gi asked for, cpu=2,memory=1Gi used, "
            "cpu=2,memory=8Gi allowed",
        ),
        (
            'pods "e-1" is forbidden: failed quota: room: must specify cpu,memory',
            "the quota room wants cpu, memory to be set",
        ),
        (
            'pods "e-1" is forbidden: failed quota: room: must specify limits.cpu for: function; '
            "limits.memory for: function",
            "the quota room wants limits.cpu for: function; limits.memory for: function to be set",
        ),
        (
            'pods "e-1" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
            "its pods are refused: maximum memory usage per Container is 1Gi, but limit is 2Gi",
        ),
        (
            'admission webhook "policy.example.com" denied the request: no latest tags',
            "refused by the admission webhook policy.example.com: no latest tags",
        ),
        (
            'pods "e-1" is forbidden: violates PodSecurity "restricted:latest": '
            'allowPrivilegeEscalation != false (container "function" must set ...)',
            "refused by the pod security level restricted: allowPrivilegeEscalation != false "
            '(container "function" must set ...)',
        ),
        (
            'Pod "e-1" is invalid: spec.containers[0].image: Required value',
            "its pods are refused: spec.containers[0].image: Required value",
        ),
        (
            'Internal error occurred: failed calling webhook "w": connection refused',
            'its pods are refused: Internal error occurred: failed calling webhook "w": '
            "connection refused",
        ),
        ("", "its pods are refused: the API server does not say why"),
    ],
)
def test_one_line_says_who_refuses_and_why(message, words):
    assert why_not_made(message) == words


def test_what_a_real_cluster_said():
    told = {each["metadata"]["labels"]["faas_function"]: each for each in RECORDED["sets"]}
    assert {name: replica_set_record(each).failure for name, each in told.items()} == {
        "nosa": "its pods are refused: error looking up service account trouble/nobody: "
        'serviceaccount "nobody" not found',
        "quota": "over the quota room: requests.memory=900Gi asked for, requests.memory=400Mi "
        "used, requests.memory=800Gi allowed",
    }
