"""Templates of pods: which ReplicaSet is a Deployment's newest, and what it is called."""

import copy
import hashlib
import json

HASH = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"
DESIRED, MOST = "deployment.kubernetes.io/desired-replicas", "deployment.kubernetes.io/max-replicas"
HISTORY = "deployment.kubernetes.io/revision-history"
OWN = frozenset(
    {REVISION, DESIRED, MOST, HISTORY, "kubectl.kubernetes.io/last-applied-configuration"}
)
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def without_hash(template):
    """A template as its author wrote it."""
    plain = copy.deepcopy(template)
    plain["metadata"].get("labels", {}).pop(HASH, None)
    return plain


def hash_of(template):
    """Ten characters that stand for a template."""
    digest = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).digest()
    return "".join(_LETTERS[each % len(_LETTERS)] for each in digest[:10])


def newest(deployment, sets):
    """The ReplicaSet of the Deployment's own template, the oldest of several; or None."""
    template = without_hash(deployment["spec"]["template"])
    same = (each for each in sets if without_hash(each["spec"]["template"]) == template)
    return min(same, key=created, default=None)


def created(item):
    """To be sorted by: the oldest first."""
    return item["metadata"]["creationTimestamp"], item["metadata"]["name"]


def revision(item):
    """The number that the controller gave a ReplicaSet or a Deployment."""
    return int(item["metadata"].get("annotations", {}).get(REVISION, 0))
