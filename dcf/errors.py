"""What can go wrong in the command, the gateway and its providers.

    DcfError                 code, message, exit_code
    ├── InvalidRequest       bad_request       a name, field or body that is not allowed
    │   ├── ConfigError      bad_config        config.yaml: names the key and what is allowed
    │   └── ArchiveError     bad_archive       an archive is unsafe, cut or not what its name says
    ├── NotFound             not_found         no such function
    ├── AlreadyExists        already_exists    deploy of a name that is taken
    ├── Unauthorized         unauthorized      neither the password nor a token
    ├── Forbidden            forbidden         a token whose role is another
    ├── QueueFull            queue_full        no room for another queued call
    ├── SlowRequest          slow_request      a request's head or body did not come in time
    ├── TooManyConnections   too_many_connections  no room for a call over one more connection
    ├── NotReady             not_ready         a function without a ready replica
    ├── UpstreamFailed       upstream_failed   the replica broke off or never answered in HTTP
    │   └── ReplicaCrashed   replica_crashed   its process ended while it had the call
    ├── UpstreamTimeout      timeout           the replica took longer than its limit
    ├── FunctionFailed       function_failed   the function itself answered with an error
    ├── RolloutFailed        rollout_failed    a new revision cannot become ready; has its reason
    ├── GatewayUnreachable   unreachable       nobody answers at the gateway's address
    ├── GatewayRefused       refused           the gateway answered something else than yes
    │   └── NotAGateway      not_a_gateway     something answers there, but not as a gateway does
    ├── CannotStart          cannot_start      a port, folder or lock the gateway needs is not free
    ├── StorageFailed        storage_failed    the gateway's disk or state folder fails
    │   └── StorageFull      storage_full      there is no room on it
    ├── EngineFailed         engine_failed     the container engine is missing, or could not do it
    ├── ApiError             cluster_error     a cluster's API refused, or is away
    └── Unsupported          unsupported       this provider does not do that

Each door has one table from `code` to its own statuses; a code that is in none of them is a fault
of the gateway itself.
"""


class DcfError(Exception):
    """A failure with a stable code and one line: what came, what is allowed, what to do."""

    code = "internal"
    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidRequest(DcfError):
    """A name, field or body that is not allowed."""

    code = "bad_request"


class ConfigError(InvalidRequest):
    """A config file that cannot be used; the message names the key."""

    code = "bad_config"


class ArchiveError(InvalidRequest):
    """A function's archive that is unsafe, cut, or not what its name says."""

    code = "bad_archive"


class NotFound(DcfError):
    """No such function."""

    code = "not_found"


class AlreadyExists(DcfError):
    """A deploy of a name that is taken."""

    code = "already_exists"


class Unauthorized(DcfError):
    """Neither the password nor a token that the gateway knows."""

    code = "unauthorized"


class Forbidden(DcfError):
    """A token whose role does not allow it."""

    code = "forbidden"


class QueueFull(DcfError):
    """The queue has no room for another call."""

    code = "queue_full"


class SlowRequest(DcfError):
    """A request's head or body did not come in time."""

    code = "slow_request"


class TooManyConnections(DcfError):
    """There are as many connections as there may be."""

    code = "too_many_connections"


class NotReady(DcfError):
    """A function without a ready replica; `retry_after` is when to look again, in seconds."""

    code = "not_ready"

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UpstreamFailed(DcfError):
    """The replica could not be reached, or broke off."""

    code = "upstream_failed"


class ReplicaCrashed(UpstreamFailed):
    """The replica's process ended while it had the call; the message says how."""

    code = "replica_crashed"


class UpstreamTimeout(DcfError):
    """The replica took longer than its limit."""

    code = "timeout"


class FunctionFailed(DcfError):
    """The function answered with an error of its own."""

    code = "function_failed"


class RolloutFailed(DcfError):
    """A new revision cannot become ready."""

    code = "rollout_failed"


class GatewayUnreachable(DcfError):
    """Nobody answers at the gateway's address."""

    code = "unreachable"


class GatewayRefused(DcfError):
    """The gateway answered, but not yes."""

    code = "refused"


class NotAGateway(GatewayRefused):
    """Something answers at the gateway's address, but not as a gateway does."""

    code = "not_a_gateway"


class CannotStart(DcfError):
    """A port, folder or lock that the gateway needs is not free."""

    code = "cannot_start"


class StorageFailed(DcfError):
    """The disk or the folder that the gateway keeps its state in fails."""

    code = "storage_failed"


class StorageFull(StorageFailed):
    """There is no room where the gateway keeps its state."""

    code = "storage_full"


class EngineFailed(DcfError):
    """The container engine is not there, or could not build, push or find an image."""

    code = "engine_failed"


class Unsupported(DcfError):
    """This provider does not do that."""

    code = "unsupported"
