"""What a Deployment becomes when a function changes: the object as it is to be written back.

Pure functions of the object as it was read: its `resourceVersion` stays, so that a change that was
made meanwhile is not lost but refused.
"""

import copy
from collections.abc import Iterable, Mapping

from ..placement import FAILED, PROGRESSING, FunctionSpec, RevisionInfo
from . import names
from .api import Json
from .manifests import deadline_of, labels_of, template
from .reading import deployment_record
from .records import DeploymentRecord
from .revisions import Asked, Ground
from .state import Standing
from .written import past_of, past_text, spec_of

_HASH = "pod-template-hash"


def next_number(deployed: Json, standing: Standing) -> int:
    """The number of the revision after all there ever were."""
    known = _annotations(deployed).get(names.NEWEST, "")
    return 1 + max(standing.newest, int(known) if known.isdecimal() else 0)


def revision_of(deployed: Json) -> int:
    """The number of the revision in its template."""
    found = deployment_record(deployed)
    return found.revision if found else 0


def info_of(record: DeploymentRecord) -> RevisionInfo:
    """The revision in a Deployment's template."""
    return RevisionInfo(record.revision, record.spec, record.deployed_at, record.by)


def begun(deployed: Json, asked: Asked, ground: Ground, replicas: int) -> Json:
    """A new revision in the template, which takes over when its replicas are ready."""
    changed = copy.deepcopy(deployed)
    spec = changed["spec"]
    spec["template"] = template(asked, ground, spec["selector"]["matchLabels"])
    spec["progressDeadlineSeconds"] = deadline_of(asked, ground)
    spec["replicas"] = replicas
    _relabel(changed, deployed, asked.spec)
    return numbered(changed, asked.number)


def numbered(deployed: Json, number: int) -> Json:
    """With the number of a revision that begins."""
    changed = copy.deepcopy(deployed)
    _annotate(changed, {names.NEWEST: str(number)})
    return changed


def given_up(deployed: Json, newest: RevisionInfo, number: int) -> Json:
    """With a line on the newest revision in its past, if another begins before it took over."""
    if newest.rollout != PROGRESSING:
        return deployed
    reason = f"given up for revision {number} before it took over"
    return ended(deployed, newest, FAILED, reason)


def ended(deployed: Json, info: RevisionInfo, rollout: str, reason: str) -> Json:
    """With what became of a revision in its past."""
    changed = copy.deepcopy(deployed)
    before = past_of(_annotations(deployed).get(names.PAST, ""))
    entry = RevisionInfo(info.number, info.spec, info.deployed_at, info.by, rollout, reason)
    _annotate(changed, {names.PAST: past_text((entry, *_others(before, info.number)))})
    return changed


def gone_back(deployed: Json, replica_set: Json) -> Json:
    """With the template of one of its ReplicaSets, whose pods then are the newest again."""
    changed = copy.deepcopy(deployed)
    found = copy.deepcopy(replica_set["spec"]["template"])
    (found["metadata"].get("labels") or {}).pop(_HASH, None)
    changed["spec"]["template"] = found
    if (spec := spec_of_template(changed)) is not None:
        _relabel(changed, deployed, spec)
    return changed


def taken_over(deployed: Json, candidate: Json, reason: str) -> Json:
    """With the template of its candidate, which takes over as an update does."""
    changed = copy.deepcopy(deployed)
    found = copy.deepcopy(candidate["spec"]["template"])
    found["metadata"]["labels"] |= changed["spec"]["selector"]["matchLabels"]
    found["metadata"]["annotations"] |= {names.VERDICT: reason}
    changed["spec"]["template"] = found
    for key in ("progressDeadlineSeconds",):
        changed["spec"][key] = candidate["spec"][key]
    if (spec := spec_of_template(changed)) is not None:
        _relabel(changed, deployed, spec)
    return changed


def scaled(deployed: Json, replicas: int) -> Json:
    """With so many replicas wanted."""
    changed = copy.deepcopy(deployed)
    changed["spec"]["replicas"] = replicas
    return changed


def _others(past: Iterable[RevisionInfo], number: int) -> Iterable[RevisionInfo]:
    return (each for each in past if each.number != number)


def _relabel(changed: Json, before: Json, spec: FunctionSpec) -> None:
    """A function's labels instead of those that it had; others' labels stay."""
    old = spec_of_template(before)
    kept = {
        key: text
        for key, text in (before["metadata"].get("labels") or {}).items()
        if old is None or key not in old.labels
    }
    changed["metadata"]["labels"] = {**kept, **labels_of(spec, names.STABLE)}


def spec_of_template(deployed: Json) -> FunctionSpec | None:
    """What a Deployment of ours runs; None where nothing of ours says so."""
    meta = deployed["spec"]["template"].get("metadata") or {}
    return spec_of((meta.get("annotations") or {}).get(names.SPEC, ""))


def _annotations(deployed: Json) -> Mapping[str, str]:
    return deployed["metadata"].get("annotations") or {}


def _annotate(deployed: Json, more: Mapping[str, str]) -> None:
    deployed["metadata"]["annotations"] = {**_annotations(deployed), **more}
