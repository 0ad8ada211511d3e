"""Placement: which functions there are, in which revisions, with how many replicas.

One of the parts of the provider port (`port.py`); the contract test holds all to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..attachment import contents_of

# `ended`: a shadow, which was compared and never was to serve.
PROGRESSING, READY, FAILED, ENDED = "progressing", "ready", "failed", "ended"

# DCF's own command asks for it at every deploy: the key to an image registry, not for the function.
REGISTRY_SECRET = "regcred"  # noqa: S105 # a name, no value


@dataclass(frozen=True)
class FunctionSpec:
    """What somebody asked to be deployed.

    Attributes:
        name: A DNS label, checked by the gateway.
        image: What to run, in the provider's own terms (process: `archive:sha256:<64 hex digits>`).
        env: Environment of the function; a value `attachment:sha256:<64 hex digits>` becomes the
            folder of that attachment.
        labels: Labels, among them the scaling ones.
        annotations: Free text for people; DCF keeps `maintainer` and `desc` here.
        constraints: Placement rules `key=value`; kept, and used by cluster providers.
        secrets: Names of secrets the function wants.
        limits: Of `memory`, `cpu`, `gpu`; kept, and used by cluster providers.
        requests: Likewise.
        replicas: How many to start with.
        process: What OpenFaaS' clients would have run; kept and told, not used.
        read_only: Whether its files are to be read-only; kept, and used by cluster providers.
    """

    name: str
    image: str
    env: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    constraints: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    limits: Mapping[str, str] = field(default_factory=dict)
    requests: Mapping[str, str] = field(default_factory=dict)
    replicas: int = 1
    process: str = ""
    read_only: bool = False

    @property
    def contents(self) -> frozenset[str]:
        """Everything stored by digest that it needs: what no kept revision names is deleted."""
        return contents_of(self.image, self.env)


@dataclass(frozen=True)
class ReplicaExit:
    """How a replica ended that nobody had asked to end.

    Attributes:
        cause: What the platform knows, in a form that callers of the function may read:
            `killed by signal 11 (SIGSEGV)`, `exited with status 7`.
        reason: One line: the cause, and what the replica itself had to say, if it said anything.
        at: RFC 3339, UTC.
        replica: Its name in logs.
        address: Where it took calls, as its target's; empty if it never did.
    """

    cause: str
    reason: str
    at: str
    replica: str
    address: str = ""


@dataclass(frozen=True)
class Progress:
    """A revision on its way.

    Attributes:
        wanted: How many replicas it is to have.
        ready: How many of them take calls, or could.
    """

    wanted: int
    ready: int


@dataclass(frozen=True)
class FunctionState:  # pylint: disable=too-many-instance-attributes # as many as people ask for
    """What runs now.

    Attributes:
        spec: The revision that serves, or, before any does, the one that is starting.
        replicas: Wanted.
        available: Ready for calls.
        created_at: RFC 3339, UTC.
        rollout: `progressing`, `ready`, `failed` or `ended`: how the newest deploy or update went.
        reason: One line: why it failed, or, while it progresses, what is being done; may be empty.
        revision: Number of the revision that serves; 0 before any does.
        newest: Number of the newest revision, which `rollout` and `reason` are about.
        progress: Of the newest revision, while it progresses.
        restarts: How often replicas of the revision that serves, or of the first one before any
            does, ended by themselves and were started again; as far as the provider knows.
        last_exit: How the last of those replicas ended.
        crash_loop: One line while a replica ends again and again: how often, and when next it is
            started; empty otherwise.
        judged: `canary` or `shadow`, while the newest revision is one.
    """

    spec: FunctionSpec
    replicas: int
    available: int
    created_at: str
    rollout: str = READY
    reason: str = ""
    revision: int = 0
    newest: int = 0
    progress: Progress | None = None
    restarts: int = 0
    last_exit: ReplicaExit | None = None
    crash_loop: str = ""
    judged: str = ""


@dataclass(frozen=True)
class RevisionInfo:  # pylint: disable=too-many-instance-attributes # a row of a table
    """One entry of a function's history.

    Attributes:
        number: From 1 on; every deploy, update and rollback that changes something adds one.
        spec: What was asked for.
        deployed_at: RFC 3339, UTC.
        by: Who asked for it, as far as the gateway could tell; empty if it could not.
        rollout: `progressing`, `ready` (it served once), `failed`, or `ended` (a shadow did).
        reason: One line why it failed, or the verdict on a canary or shadow; empty otherwise.
        serving: Whether it is the one that serves now.
        restarts: How often its replicas ended by themselves and were started again.
        last_exit: How the last of those that ended by themselves did.
        crash_loop: One line while a replica ends again and again; empty otherwise.
    """

    number: int
    spec: FunctionSpec
    deployed_at: str
    by: str = ""
    rollout: str = PROGRESSING
    reason: str = ""
    serving: bool = False
    restarts: int = 0
    last_exit: ReplicaExit | None = None
    crash_loop: str = ""


@dataclass(frozen=True)
class Usage:
    """What a function's replicas use together.

    Attributes:
        cpu_millicores: 1000 is one core kept busy, on average since it was last asked for.
        memory_bytes: Resident memory.
    """

    cpu_millicores: float
    memory_bytes: int


class Placement(Protocol):
    """Functions and their revisions. Unknown names raise `NotFound`."""

    async def deploy(self, spec: FunctionSpec, by: str = "") -> None:
        """Accept a new function and begin to start it; raises `AlreadyExists`.

        Its wanted secrets must be here: `InvalidRequest` names the one that is missing.
        """

    async def update(self, spec: FunctionSpec, by: str = "") -> None:
        """Begin to replace a function; the old revision serves until the new one is ready."""

    async def history(self, name: str) -> Sequence[RevisionInfo]:
        """Its revisions, newest first."""

    async def rollback(self, name: str, number: int | None, by: str = "") -> RevisionInfo:
        """Begin to go back: an earlier revision's spec becomes a new revision, which is answered.

        Without a number it is the newest one before the serving one that became ready. Raises
        `NotFound` for a number that is not in the history, `InvalidRequest` when there is nothing
        to go back to.
        """

    async def settle(self, name: str, number: int, reason: str, *, keep: bool) -> None:
        """End a canary or shadow: it takes over as an update does, or it is drained.

        Raises `InvalidRequest` if that revision is none, or not any more. The reason is the
        verdict, and kept in the history.
        """

    async def delete(self, name: str) -> None:
        """Take a function off the list at once and drain its replicas."""

    async def scale(self, name: str, replicas: int) -> None:
        """Want so many replicas from now on."""

    async def functions(self) -> Sequence[FunctionState]:
        """Every function, by name."""

    async def describe(self, name: str) -> FunctionState:
        """One function."""

    async def usage(self, name: str) -> Usage:
        """What the replicas of a function use now; raises `Unsupported` where that is unknown."""
