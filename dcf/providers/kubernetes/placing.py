"""A function's constraints, as Kubernetes places pods: node labels and tolerated taints."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import InvalidRequest
from ...object_labels import is_key, is_label_value

_TOLERATION = "toleration:"
_TAINT = re.compile(r"(?P<key>[^=:]+)(=(?P<value>[^:]*))?(:(?P<effect>[A-Za-z]+))?")
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_SHOWN = 80
# Kubernetes waits for five minutes whether a lost machine comes back. A function keeps nothing that
# would be worth it.
_LOST_KEYS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
_LOST_SECONDS = 10


def placing_of(constraints: Iterable[str]) -> Mapping[str, Any]:
    """The parts of a pod's spec that choose its node; raises `InvalidRequest`.

    `key=value` is a label of the node, `toleration:key=value:Effect` a taint that is tolerated; its
    value and its effect may be left out, which means any.
    """
    nodes: dict[str, str] = {}
    tolerations: list[dict[str, Any]] = []
    for each in constraints:
        if each.startswith(_TOLERATION):
            tolerations.append(_toleration(each))
        else:
            key, _, value = each.replace("==", "=", 1).partition("=")
            if "=" not in each or not is_key(key.strip()) or not is_label_value(value.strip()):
                raise _wrong(each)
            nodes[key.strip()] = value.strip()
    told = {each["key"] for each in tolerations}
    tolerations += [_until_lost(key) for key in _LOST_KEYS if key not in told]
    found: dict[str, Any] = {"nodeSelector": nodes, "tolerations": tolerations}
    return {key: part for key, part in found.items() if part}


def spread_of(pods: Mapping[str, str]) -> Mapping[str, Any]:
    """What spreads a function's pods over the nodes, as far as there is room."""
    return {
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": dict(pods)},
            }
        ]
    }


def _until_lost(key: str) -> dict[str, Any]:
    return {
        "key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": _LOST_SECONDS,
    }  # fmt: skip


def _toleration(text: str) -> dict[str, str]:
    found = _TAINT.fullmatch(text.removeprefix(_TOLERATION))
    effect = (found["effect"] or "") if found else ""
    if (
        not found
        or not is_key(found["key"])
        or not is_label_value(found["value"] or "")
        or effect not in ("", *_EFFECTS)
    ):
        raise _wrong(text)
    toleration = {"key": found["key"], "operator": "Exists"}
    if found["value"]:
        toleration |= {"operator": "Equal", "value": found["value"]}
    return toleration | ({"effect": effect} if effect else {})


def _wrong(text: str) -> InvalidRequest:
    return InvalidRequest(
        f"constraint {text[:_SHOWN]!r} places nothing: give key=value, a label of nodes, or "
        f"{_TOLERATION}key=value:Effect, with one of {', '.join(_EFFECTS)}"
    )
