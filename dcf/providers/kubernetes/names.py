"""What objects of functions are called and how they are marked; all of the provider reads it here.

A Deployment with the label `faas_function` is a function, as OpenFaaS' provider marks its own. What
has no such label is somebody else's and is never touched. What only this provider has to know is in
annotations and labels under `dcf.`.
"""

import hashlib

FUNCTION = "faas_function"
"""Label of Deployments, Services, pods and ReplicaSets of a function; its value is the name."""

TRACK = "dcf.track"
"""Label of pods and part of the selectors: which of a function's two Deployments they belong to."""

STABLE, CANDIDATE = "stable", "candidate"

REVISION = "dcf.revision"
"""Label of pod templates, pods and ReplicaSets: number of the revision, from 1 on."""

SPEC = "dcf.spec"
"""Annotation of pod templates: the `FunctionSpec` as JSON, as it was asked for."""

DEPLOYED_AT = "dcf.deployed-at"
"""Annotation of pod templates: when the revision was asked for; RFC 3339, UTC."""

DEPLOYED_BY = "dcf.deployed-by"
"""Annotation of pod templates: who asked for the revision, as far as the gateway could tell."""

RESULT = "dcf.result"
"""Annotation of ReplicaSets: `ready` once it served, `failed`, or `ended`."""

REASON = "dcf.reason"
"""Annotation of ReplicaSets: one line, why it failed, or the verdict on a candidate."""

PAST = "dcf.past"
"""Annotation of the stable Deployment: what became of candidates, and of revisions that were given
up for another one before they took over; JSON, see `written.py`. What a ReplicaSet of the stable
Deployment says of itself counts before it."""

NEWEST = "dcf.newest"
"""Annotation of the stable Deployment: the highest number that a revision was ever given."""

VERDICT = "dcf.verdict"
"""Annotation of pod templates: why a candidate was kept; its ReplicaSet's `REASON` once it serves.
"""

PROBE = "dcf.probe"
"""Annotation that people write: how a replica is asked, `http` or `lock`."""

SCALE = "dcf.scale"
"""Annotation that people write: `external` if something else than the gateway sets the replicas."""

KEPT = "dcf.kept"
"""Label of what the provider keeps besides: `secret`, `archive`."""

CONTAINER = "function"
"""Name of the container that runs the function."""


def candidate(function: str) -> str:
    """Name of the Deployment and the Service of a function's canary or shadow.

    A function may be called anything that is a DNS label, so the name ends in a digest of it.
    """
    return f"candidate-{hashlib.sha256(function.encode()).hexdigest()[:16]}"
