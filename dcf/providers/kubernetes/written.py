"""What the provider writes into annotations, as text: specs, and what became of candidates."""

import json
from collections.abc import Iterable
from dataclasses import MISSING, asdict, fields
from functools import lru_cache
from typing import Any

from ..placement import FunctionSpec, RevisionInfo

_KEPT_CANDIDATES = 10
_REMEMBERED = 8192  # texts; a Deployment and its ReplicaSet have the same, and are seen often
_DEFAULTS = {
    each.name: each.default if each.default_factory is MISSING else each.default_factory()
    for each in fields(FunctionSpec)
}
_TYPES = {key: str if value is MISSING else type(value) for key, value in _DEFAULTS.items()}
_TUPLES = ("constraints", "secrets")
# How the fields of a `RevisionInfo` are called in the annotation.
_KEYS = {
    "number": "revision", "deployed_at": "deployedAt", "by": "deployedBy", "rollout": "result",
    "reason": "reason",
}  # fmt: skip


def spec_text(spec: FunctionSpec) -> str:
    """A spec as an annotation: JSON without what is as by default."""
    return json.dumps(_sparse(spec), separators=(",", ":"), sort_keys=True)


@lru_cache(_REMEMBERED)
def spec_of(text: str) -> FunctionSpec | None:
    """The spec of an annotation; None if somebody wrote something else there."""
    try:
        return _spec(json.loads(text))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def past_text(past: Iterable[RevisionInfo]) -> str:
    """What became of candidates, newest first, as an annotation; old ones are left out."""
    newest = sorted(past, key=lambda each: -each.number)[:_KEPT_CANDIDATES]
    rows = [
        {key: getattr(each, field) for field, key in _KEYS.items()} | {"spec": _sparse(each.spec)}
        for each in newest
    ]
    return json.dumps(rows, separators=(",", ":"), sort_keys=True)


@lru_cache(_REMEMBERED)
def past_of(text: str) -> tuple[RevisionInfo, ...]:
    """Reads `past_text`; nothing if somebody wrote something else there."""
    try:
        rows = [
            RevisionInfo(
                spec=_spec(row["spec"]), **{field: row[key] for field, key in _KEYS.items()}
            )
            for row in json.loads(text)
        ]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return ()
    return tuple(row for row in rows if isinstance(row.number, int))


def _sparse(spec: FunctionSpec) -> dict[str, Any]:
    return {key: value for key, value in asdict(spec).items() if value != _DEFAULTS[key]}


def _spec(found: dict[str, Any]) -> FunctionSpec:
    known = {key: value for key, value in found.items() if key in _DEFAULTS}
    known |= {key: tuple(known.get(key, ())) for key in _TUPLES}
    for key, value in known.items():
        if not isinstance(value, _TYPES[key]):
            raise TypeError(key)
    return FunctionSpec(**known)
