"""What the command can ask of a gateway, whatever the wire."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:  # `dcf function list` needs neither, and both take time to import
    from ..archive import Archive
    from ..providers.placement import FunctionSpec


_NONE: Mapping[str, str] = MappingProxyType({})


class Function(NamedTuple):
    """A function as a gateway tells of it."""

    name: str
    image: str = ""
    invocations: int = 0
    replicas: int = 0
    available: int = 0
    annotations: Mapping[str, str] = _NONE
    labels: Mapping[str, str] = _NONE


class Revision(NamedTuple):
    """One entry of a function's history; times are RFC 3339, `reason` is of a failure.

    `last_exit` is how the last replica ended that nobody had asked to, `restarts` how many did;
    `crash_loop` is one line while one ends again and again.
    """

    number: int
    image: str
    deployed_at: str = ""
    by: str = ""
    rollout: str = ""
    reason: str = ""
    serving: bool = False
    restarts: int = 0
    last_exit: str = ""
    last_exit_at: str = ""
    crash_loop: str = ""


class Invocation(NamedTuple):
    """One call: `path` begins with a slash or is empty, `query` is encoded."""

    name: str
    body: bytes = b""
    method: str = "POST"
    path: str = ""
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()


class LogRequest(NamedTuple):
    """Which lines: the newest `tail` (-1: all), since an RFC 3339 time, of a replica, of a call."""

    name: str
    tail: int = -1
    follow: bool = False
    since: str = ""
    instance: str = ""
    call: str = ""


class LogLine(NamedTuple):
    """One line a replica wrote."""

    name: str
    instance: str
    timestamp: str
    text: str


class QueueState(NamedTuple):
    """How much of a gateway's queue waits, runs and failed."""

    waiting: int
    running: int
    failed: int
    oldest_seconds: float


class FailedCall(NamedTuple):
    """A queued call that failed; `callback` is where its answer was to go."""

    call_id: str
    function: str
    path: str
    callback: str
    queued_at: str
    attempts: int
    status: int
    reason: str
    size: int


class GatewayClient(Protocol):  # pylint: disable=too-many-public-methods # one a question
    """A gateway; raises `NotFound`, `AlreadyExists`, `GatewayUnreachable`, `GatewayRefused`.

    Attributes:
        address: Where it is.
        speaks: Whose words it takes: `openfaas` or `dcf`.
    """

    address: str
    speaks: str

    def web_address(self) -> str:
        """Where functions are called over HTTP: `http(s)://host:port`."""

    def functions(self) -> list[Function]:
        """Every function."""

    def describe(self, name: str) -> Function:
        """One function."""

    def takes_archives(self) -> bool:
        """Tell whether its provider runs archives; others run images that a registry has."""

    def put_archive(self, archive: "Archive") -> None:
        """Upload code, unless the gateway has it."""

    def deploy(self, spec: "FunctionSpec") -> None:
        """Deploy a new function."""

    def update(self, spec: "FunctionSpec") -> None:
        """Update a function that is there."""

    def delete(self, name: str) -> None:
        """Delete a function."""

    def scale(self, name: str, replicas: int) -> None:
        """Want so many replicas."""

    def history(self, name: str) -> list[Revision]:
        """A function's revisions, newest first."""

    def rollback(self, name: str, number: int | None) -> Revision:
        """Begin to go back; gives the new revision, whose code is the earlier one's."""

    def settle(self, name: str, *, keep: bool) -> Revision:
        """Let a canary or shadow take over at once, or end; gives its revision."""

    def call(self, invocation: Invocation) -> bytes:
        """Call a function; raises `FunctionFailed` with its own words."""

    def stream(self, invocation: Invocation) -> Iterator[bytes]:
        """Call a function; the answer in pieces as they come. Raises as `call` does."""

    def call_later(self, invocation: Invocation) -> str:
        """Queue a call; gives its call id."""

    def queue(self) -> QueueState:
        """How its queue is."""

    def failed_calls(self) -> list[FailedCall]:
        """Queued calls that failed, newest first."""

    def replay_call(self, call_id: str) -> None:
        """Deliver a failed call again."""

    def drop_call(self, call_id: str) -> None:
        """Forget a failed call."""

    def log(self, name: str) -> str:
        """What its replicas wrote, one block a replica."""

    def logs(self, request: LogRequest) -> Iterator[LogLine]:
        """The lines asked for, as they come."""

    def secrets(self) -> list[str]:
        """The names of all secrets."""

    def put_secret(self, name: str, value: bytes, replace: bool) -> None:
        """Create a secret, or with `replace` change one."""

    def delete_secret(self, name: str) -> None:
        """Forget a secret."""
