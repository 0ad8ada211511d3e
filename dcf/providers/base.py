"""The provider port: what the gateway asks of the place where functions run.

A provider stores functions and keeps replicas of them alive; the gateway's core checks names and
routes calls. `fake.py` is a provider in memory; the contract test holds all to this page.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

PROGRESSING, READY, FAILED = "progressing", "ready", "failed"

NO_NAMES: Mapping[str, str] = {}

# DCF's own command asks for it at every deploy: the key to an image registry, not for the function.
REGISTRY_SECRET = "regcred"  # noqa: S105 # a name, no value


@dataclass(frozen=True)
class FunctionSpec:
    """What somebody asked to be deployed.

    Attributes:
        name: A DNS label, checked by the gateway.
        image: What to run, in the provider's own terms (process: `archive:sha256:<64 hex digits>`).
        env: Environment of the function.
        labels: Labels, among them the scaling ones.
        annotations: Free text for people; DCF keeps `maintainer` and `desc` here.
        constraints: Placement rules `key=value`; kept, and used by cluster providers.
        secrets: Names of secrets the function wants.
        limits: Of `memory`, `cpu`, `gpu`; kept, and used by cluster providers.
        requests: Likewise.
        replicas: How many to start with.
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


@dataclass(frozen=True)
class FunctionStatus:
    """What runs now.

    Attributes:
        spec: The revision that serves, or, before any does, the one that is starting.
        replicas: Wanted.
        available: Ready for calls.
        created_at: RFC 3339, UTC.
        rollout: `progressing`, `ready` or `failed`: how the newest deploy or update went.
        reason: One line: why it failed, or, while it progresses, what is being done; may be empty.
    """

    spec: FunctionSpec
    replicas: int
    available: int
    created_at: str
    rollout: str = READY
    reason: str = ""


@dataclass(frozen=True)
class RevisionInfo:
    """One entry of a function's history.

    Attributes:
        number: From 1 on; every deploy, update and rollback that changes something adds one.
        spec: What was asked for.
        deployed_at: RFC 3339, UTC.
        by: Who asked for it, as far as the gateway could tell; empty if it could not.
        rollout: `progressing`, `ready` (it became ready once) or `failed`.
        reason: One line why it failed; empty otherwise.
        serving: Whether it is the one that serves now.
    """

    number: int
    spec: FunctionSpec
    deployed_at: str
    by: str = ""
    rollout: str = PROGRESSING
    reason: str = ""
    serving: bool = False


@dataclass(frozen=True)
class Usage:
    """What a function's replicas use together.

    Attributes:
        cpu_millicores: 1000 is one core kept busy, on average since it was last asked for.
        memory_bytes: Resident memory.
    """

    cpu_millicores: float
    memory_bytes: int


@dataclass(frozen=True)
class LogLine:
    """One line a replica wrote.

    Attributes:
        name: The function.
        instance: The replica.
        timestamp: RFC 3339, UTC, when the line was read.
        text: Without the newline.
    """

    name: str
    instance: str
    timestamp: str
    text: str


@dataclass(frozen=True)
class LogQuery:
    """Which log lines to read.

    Attributes:
        name: The function.
        tail: The newest so many; 0 or less for all.
        follow: Stay and give new lines as they come.
        since: RFC 3339; only lines from then on. Empty for all.
        instance: Only this replica. Empty for all.
    """

    name: str
    tail: int = -1
    follow: bool = False
    since: str = ""
    instance: str = ""


class Endpoint:
    """A ready replica's address, shared by the gateway (which counts calls) and the provider.

    A provider takes a replica off its list first and stops it when `inflight` is 0, so that no call
    meets a closed door.

    Attributes:
        url: `http://host:port`, without a path.
        timeout: Seconds without a byte after which a call is given up.
        inflight: Calls under way.
    """

    __slots__ = ("inflight", "timeout", "url")

    def __init__(self, url: str, timeout: float = 60.0) -> None:
        self.url = url
        self.timeout = timeout
        self.inflight = 0


class Provider(Protocol):
    """A place where functions run. Unknown names raise `NotFound`."""

    kind: str

    async def start(self, mesh: str = "") -> None:
        """Open what is needed and bring back the functions that were deployed before.

        Args:
            mesh: `host:port` where functions of this machine can call others by name; or nothing.
        """

    async def stop(self) -> None:
        """End everything that was started; what is deployed stays deployed."""

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

    async def delete(self, name: str) -> None:
        """Take a function off the list at once and drain its replicas."""

    async def scale(self, name: str, replicas: int) -> None:
        """Want so many replicas from now on."""

    async def functions(self) -> Sequence[FunctionStatus]:
        """Every function, by name."""

    async def describe(self, name: str) -> FunctionStatus:
        """One function."""

    async def usage(self, name: str) -> Usage:
        """What the replicas of a function use now."""

    def endpoints(self, name: str) -> Sequence[Endpoint]:
        """The ready replicas of a function, without waiting; it is on the way of every call."""

    def logs(self, query: LogQuery) -> AsyncIterator[LogLine]:
        """The lines its replicas wrote, oldest first."""

    async def secrets(self) -> Sequence[str]:
        """The names of all secrets, sorted; a value never comes back."""

    async def put_secret(self, name: str, value: bytes, replace: bool) -> None:
        """Keep a secret; raises `AlreadyExists` without `replace`, `NotFound` with it.

        Functions that want it read the new value without being deployed again.
        """

    async def delete_secret(self, name: str) -> None:
        """Forget a secret; raises `InvalidRequest` while a function wants it."""

    async def has_archive(self, digest: str) -> bool:
        """Tell whether code of that sha256 is here."""

    async def put_archive(self, digest: str, chunks: AsyncIterator[bytes]) -> None:
        """Take code named by its sha256; raises `ArchiveError`, or `Unsupported`."""
