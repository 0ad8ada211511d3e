"""Constraints choose nodes, and are refused where they would choose none."""

import pytest

from dcf.errors import InvalidRequest
from dcf.providers.kubernetes.placing import placing_of, spread_of

LOST = [
    {"key": f"node.kubernetes.io/{name}", "operator": "Exists", "effect": "NoExecute",
     "tolerationSeconds": 10}
    for name in ("not-ready", "unreachable")
]  # fmt: skip


def test_node_labels_and_taints():
    found = placing_of(
        ("zone=a", "gpu.example/kind==l4", "toleration:gpu=yes:NoSchedule", "toleration:spot",
         "empty=", "toleration:old:NoExecute")
    )  # fmt: skip
    assert found == {
        "nodeSelector": {"zone": "a", "gpu.example/kind": "l4", "empty": ""},
        "tolerations": [
            {"key": "gpu", "operator": "Equal", "value": "yes", "effect": "NoSchedule"},
            {"key": "spot", "operator": "Exists"},
            {"key": "old", "operator": "Exists", "effect": "NoExecute"},
            *LOST,
        ],
    }
    assert placing_of(()) == {"tolerations": LOST}


def test_a_lost_node_is_waited_for_as_long_as_somebody_says():
    ready, away = LOST
    assert placing_of((f"toleration:{ready['key']}:NoExecute",))["tolerations"] == [
        {"key": ready["key"], "operator": "Exists", "effect": "NoExecute"}, away,
    ]  # fmt: skip


def test_pods_of_one_function_are_spread():
    (spread,) = spread_of({"faas_function": "echo"})["topologySpreadConstraints"]
    assert spread["labelSelector"] == {"matchLabels": {"faas_function": "echo"}}
    # One node is enough to run all of it.
    assert spread["whenUnsatisfiable"] == "ScheduleAnyway"


@pytest.mark.parametrize(
    "text",
    ["", "zone", "=a", "zone a=b", f"zone={'a' * 64}", "zone=a b", "toleration:", "toleration:a:b",
     "toleration:a=b:Never", "toleration:a b", "toleration:a::NoExecute"],
)  # fmt: skip
def test_what_places_nothing_is_refused_with_what_does(text):
    with pytest.raises(InvalidRequest, match="places nothing: give key=value") as caught:
        placing_of((text,))
    assert repr(text[:80]) in caught.value.message
