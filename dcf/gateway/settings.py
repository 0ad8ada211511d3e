"""How a gateway is started."""

from dataclasses import dataclass, field
from pathlib import Path

from ..providers.kubernetes.settings import ClusterSettings
from ..providers.process.isolation import AUTO
from ..providers.process.provider import MIN_READY_SECONDS
from .access.access import OPEN, Access
from .access.certificate import Certificate
from .bounds import Bounds
from .queue.settings import QueueSettings
from .rest.cors import Cors

PROVIDERS = ("process", "kubernetes")


@dataclass(frozen=True)
class Settings:  # pylint: disable=too-many-instance-attributes # one a flag
    """How a gateway is started; flags come before environment, environment before these defaults.

    Attributes:
        host: Address both doors listen on.
        port: REST; 0 takes a free one.
        grpc_port: gRPC; 0 takes a free one.
        provider: One of `PROVIDERS`.
        home: Folder of the process provider's state.
        access: Whom it is for.
        queue: The queue's; None for a gateway without one.
        min_ready_seconds: How long a new revision must stay ready before the old one is drained.
        accept_lost_state: Start with what is left of a database that lost something.
        bounds: How many connections it keeps, and how long it waits for what callers send.
        cors: Which web pages may read what functions answer; None for none.
        certificate: For TLS at both doors; None for none.
        isolation: How functions are kept from each other: `auto`, a way, or `none`.
        secret_files: Of the gateway, outside its folder: no function may read them.
        trust_pages: Whether pages of functions may use the session of who is logged in.
        cluster: The Kubernetes provider's.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    grpc_port: int = 32222
    provider: str = "process"
    home: Path = Path("~/.dcf")
    access: Access = OPEN
    queue: QueueSettings | None = None
    min_ready_seconds: float = MIN_READY_SECONDS
    accept_lost_state: bool = False
    bounds: Bounds = field(default_factory=Bounds)
    cors: Cors | None = None
    certificate: Certificate | None = None
    isolation: str = AUTO
    secret_files: tuple[Path, ...] = ()
    trust_pages: bool = False
    cluster: ClusterSettings = field(default_factory=ClusterSettings)

    @property
    def authorization(self) -> str:
        """The header by which this process is known to itself, or nothing."""
        return f"Bearer {self.access.own}" if self.access is not OPEN else ""
