"""What the provider remembers of the cluster's objects: small frozen records, made once per event.

Thousands of objects are in the caches, so nothing else of an object is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..placement import FunctionSpec, ReplicaExit


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
        updated: Pods of the revision in its template.
        available: Pods that are available, of all revisions.
        observed: Whether its controller has seen its newest form.
        conditions: Reason and message by condition type, `False` ones of `Available` left out.
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
    updated: int = 0
    available: int = 0
    observed: bool = False
    conditions: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReplicaSetRecord:  # pylint: disable=too-many-instance-attributes # a row of a table
    """A ReplicaSet of a function: one of its revisions.

    Attributes:
        function: The function's name.
        name: The ReplicaSet's own; its pods' names are it, `-`, and five characters.
        track: `names.STABLE` or `names.CANDIDATE`.
        revision: Number of the revision.
        replicas: Wanted of it now.
        ready: Ready pods.
        rollout: `ready`, `failed`, `ended`, or empty.
        reason: One line to `failed` and `ended`.
        failure: Why its pods cannot be made (a quota, a forbidden field); empty if they can.
    """

    function: str
    name: str
    track: str
    revision: int
    replicas: int = 0
    ready: int = 0
    rollout: str = ""
    reason: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class PodRecord:  # pylint: disable=too-many-instance-attributes # a row of a table
    """A pod of a function: one replica.

    Attributes:
        function: The function's name.
        name: The pod's own.
        track: `names.STABLE` or `names.CANDIDATE`.
        revision: Number of the revision it runs.
        address: Its IP; empty before it has one.
        node: Where it runs; empty before it is placed.
        ready: Whether it takes calls.
        ending: Whether it was told to end.
        trouble: One line: why it cannot start or run; empty if nothing is known against it.
        hopeless: Whether that will not pass by waiting (a crash, an image that is not there).
        restarts: How often its container was started again.
        last_exit: How the container ended last, of those that ended by themselves.
    """

    function: str
    name: str
    track: str
    revision: int
    address: str = ""
    node: str = ""
    ready: bool = False
    ending: bool = False
    trouble: str = ""
    hopeless: bool = False
    restarts: int = 0
    last_exit: ReplicaExit | None = None


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
