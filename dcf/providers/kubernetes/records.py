"""What the provider remembers of the cluster's objects: small frozen records, made once per event.

Thousands of objects are in the caches, so nothing else of an object is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..placement import FunctionSpec, ReplicaExit, RevisionInfo


@dataclass(frozen=True, slots=True)
class DeploymentRecord:  # pylint: disable=too-many-instance-attributes # a row of a table
    """A function's Deployment.

    Attributes:
        function: The function's name.
        name: The Deployment's own.
        track: `names.STABLE` or `names.CANDIDATE`.
        uid: The object's.
        version: Its `resourceVersion`.
        created_at: RFC 3339, UTC.
        spec: Of the revision in its pod template.
        revision: Number of that revision.
        replicas: Wanted.
        deployed_at: When that revision was asked for; RFC 3339, UTC.
        by: Who asked for it; empty if nobody knows.
        existing: Pods there are, of all revisions, those that are ending left out.
        updated: Pods of the revision in its template.
        available: Pods that are available, of all revisions.
        observed: Whether its controller has seen its newest form.
        conditions: Reason and message by condition type, `False` ones of `Available` left out.
        past: What became of candidates, newest first; their Deployments are gone.
    """

    function: str
    name: str
    track: str
    uid: str
    version: str
    created_at: str
    spec: FunctionSpec
    revision: int
    replicas: int
    deployed_at: str = ""
    by: str = ""
    existing: int = 0
    updated: int = 0
    available: int = 0
    observed: bool = False
    conditions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    past: tuple[RevisionInfo, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether all pods are of the newest revision, as many as are wanted, and available."""
        counts = {self.existing, self.updated, self.available}
        return self.observed and counts == {self.replicas}


@dataclass(frozen=True, slots=True)
class ReplicaSetRecord:  # pylint: disable=too-many-instance-attributes # a row of a table
    """A ReplicaSet of a function: one of its revisions.

    Attributes:
        function: The function's name.
        name: The ReplicaSet's own; its pods' names are it, `-`, and five characters.
        track: `names.STABLE` or `names.CANDIDATE`.
        revision: Number of the revision.
        spec: What was asked for.
        deployed_at: When; RFC 3339, UTC.
        by: Who asked for it; empty if nobody knows.
        replicas: Wanted of it now.
        ready: Ready pods.
        rollout: `ready`, `failed`, `ended`, or empty. A candidate's is `ready` from when all its
            replicas were ready: it is judged from then on.
        reason: One line to `failed` and `ended`; the verdict on a candidate that took over.
        failure: Why its pods cannot be made (a quota, a forbidden field); empty if they can.
        is_foreign: Whether another tool made it, such as `kubectl apply`.
        uid: The object's.
        deployment: Uid of the Deployment that it belongs to; empty if to none.
    """

    function: str
    name: str
    track: str
    revision: int
    spec: FunctionSpec
    deployed_at: str = ""
    by: str = ""
    replicas: int = 0
    ready: int = 0
    rollout: str = ""
    reason: str = ""
    failure: str = ""
    is_foreign: bool = False
    uid: str = ""
    deployment: str = ""


@dataclass(frozen=True, slots=True)
class PodRecord:  # pylint: disable=too-many-instance-attributes # a row of a table
    """A pod of a function: one replica.

    Attributes:
        function: The function's name.
        name: The pod's own.
        track: `names.STABLE` or `names.CANDIDATE`.
        revision: Number of the revision it runs; 0 where only its ReplicaSet says so, as for a
            function that `kubectl apply` made: see `state.numbered`.
        owner: Its ReplicaSet's name.
        address: Its IP; empty before it has one.
        node: Where it runs; empty before it is placed.
        ready: Whether it takes calls.
        ending: Whether it was told to end.
        trouble: One line: why it cannot start or run; empty if nothing is known against it.
        hopeless: Whether that will not pass by waiting (a crash, an image that is not there).
        restarts: How often its container ended by itself and was, or will be, started again.
        last_exit: How the container ended last, of those that ended by themselves.
        crash_loop: One line while its container ends again and again.
        container: Name of the container that runs the function.
        owner_uid: Its ReplicaSet's uid.
    """

    function: str
    name: str
    track: str
    revision: int
    owner: str = ""
    address: str = ""
    node: str = ""
    ready: bool = False
    ending: bool = False
    trouble: str = ""
    hopeless: bool = False
    restarts: int = 0
    last_exit: ReplicaExit | None = None
    crash_loop: str = ""
    container: str = ""
    owner_uid: str = ""


@dataclass(frozen=True, slots=True)
class EndpointRecord:
    """A ready address of a Service of a function, from an EndpointSlice or Endpoints.

    Attributes:
        service: The Service's name.
        pod: The pod's name.
        address: IP; brackets around a version 6 one.
        port: The port of calls.
    """

    service: str
    pod: str
    address: str
    port: int


@dataclass(frozen=True, slots=True)
class FunctionRecords:
    """All that is remembered of one function.

    Attributes:
        stable: Its Deployment.
        candidate: The Deployment of its canary or shadow.
        sets: ReplicaSets of both.
        pods: Of both.
    """

    stable: DeploymentRecord
    candidate: DeploymentRecord | None = None
    sets: tuple[ReplicaSetRecord, ...] = ()
    pods: tuple[PodRecord, ...] = ()
