"""How many connections a gateway keeps, and how long it waits for what a caller has begun to send.

The number comes from the limit of open files. A connection that calls a function needs a second
one, to a replica; replicas, logs, the queue and the databases need room that no caller can take.
"""

import resource
from dataclasses import dataclass, replace

from ..errors import CannotStart

# As Kestrel has it (MinRequestBodyDataRate): slower than any network, faster than holding on.
BODY_RATE = 240
# Connections above the limit, for health and system routes alone.
SPARE = 16
_KEPT_SHARE, _KEPT_LEAST, _KEPT_MOST = 4, 64, 1024
_REST_MOST, _GRPC_MOST = 4096, 1024
_DAY = 86_400


@dataclass(frozen=True)
class Bounds:
    """What callers may take; 0 where it is worked out from the limit of open files.

    Attributes:
        connections: REST connections at once.
        per_address: REST connections of one address; of IPv6, of one network of 64 bits.
        head_timeout: Seconds in which the head of a request must come.
        body_timeout: Seconds in each of which 240 bytes of a body must come, on average over them.
        idle_timeout: Seconds that a REST connection may stay open between requests.
        grpc_connections: gRPC connections at once.
        grpc_message_bytes: Of gRPC messages that are being answered, together.
        held_calls: Calls that wait for functions that start, together.
        held_bytes: Of their bodies, together, as far as they are in memory.
        hold_timeout: Seconds that each of them waits at most.
    """

    connections: int = 0
    per_address: int = 0
    head_timeout: int = 15
    body_timeout: int = 30
    idle_timeout: int = 75
    grpc_connections: int = 0
    grpc_message_bytes: int = 256 << 20
    held_calls: int = 1024
    held_bytes: int = 64 << 20
    hold_timeout: int = 60

    def within(self, files: int) -> "Bounds":
        """The same with every number worked out.

        Args:
            files: How many files this process may have open.

        Raises:
            CannotStart: There is no room for what was asked for.
        """
        kept = min(max(files // _KEPT_SHARE, _KEPT_LEAST), _KEPT_MOST)
        share = (files - kept) // 3
        rest = self.connections or min(share, _REST_MOST)
        grpc = self.grpc_connections or min(share // 2, _GRPC_MOST)
        needed = kept + 2 * (rest + grpc)
        if min(rest, grpc) < 1 or needed > files:
            raise CannotStart(
                f"{rest} REST and {grpc} gRPC connections need {needed} open files, and the limit "
                f"is {files}: raise it (ulimit -n), or ask for less (--max-connections, "
                "--max-grpc-connections)"
            )
        per_address = min(self.per_address or max(rest // 2, 1), rest)
        return replace(self, connections=rest, per_address=per_address, grpc_connections=grpc)


@dataclass(frozen=True)
class Row:
    """One bound as `dcf gateway start` takes it; 0 is allowed where a default is worked out.

    Attributes:
        flag: Its flag.
        variable: Its environment variable.
        field: Of `Bounds`.
        low: Smallest value.
        high: Largest value.
        help: For people.
    """

    flag: str
    variable: str
    field: str
    low: int
    high: int
    help: str


TABLE = (
    Row("--max-connections", "DCF_MAX_CONNECTIONS", "connections", 0, 1 << 20,
        "REST connections at once; 0: as many as the limit of open files allows, up to 4096."),
    Row("--max-connections-per-address", "DCF_MAX_CONNECTIONS_PER_ADDRESS", "per_address",
        0, 1 << 20, "REST connections of one address; 0: half of all."),
    Row("--head-timeout", "DCF_HEAD_TIMEOUT", "head_timeout", 1, _DAY,
        "Seconds in which a request's head must come."),
    Row("--body-timeout", "DCF_BODY_TIMEOUT", "body_timeout", 1, _DAY,
        "Seconds over which a body must come with 240 bytes a second."),
    Row("--idle-timeout", "DCF_IDLE_TIMEOUT", "idle_timeout", 1, _DAY,
        "Seconds that a connection may stay open between requests."),
    Row("--max-grpc-connections", "DCF_MAX_GRPC_CONNECTIONS", "grpc_connections", 0, 1 << 20,
        "gRPC connections at once; 0: as many as the limit of open files allows, up to 1024."),
    Row("--grpc-message-bytes", "DCF_GRPC_MESSAGE_BYTES", "grpc_message_bytes", 64 << 20, 1 << 40,
        "Bytes of gRPC messages that are being answered, together."),
    Row("--max-held-calls", "DCF_MAX_HELD_CALLS", "held_calls", 1, 1 << 20,
        "Calls that wait for functions that start from zero; of one function half of them."),
    Row("--held-bytes", "DCF_HELD_BYTES", "held_bytes", 1 << 20, 1 << 40,
        "Bytes of their bodies that are in memory, together."),
    Row("--hold-timeout", "DCF_HOLD_TIMEOUT", "hold_timeout", 1, 3600,
        "Seconds that each of them waits at most."),
)  # fmt: skip


def open_files() -> int:
    """How many files this process may have open now."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _KEPT_MOST + 4 * _REST_MOST if soft == resource.RLIM_INFINITY else soft


def raise_open_files() -> None:
    """Use what the system allows: the soft limit is there for programs that call select()."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
