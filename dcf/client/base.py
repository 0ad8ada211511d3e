"""What the command can ask of a gateway, whatever the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dcf.archive import Archive
from dcf.providers.base import FunctionSpec


@dataclass(frozen=True)
class Function:
    """A function as a gateway tells of it."""

    name: str
    image: str = ""
    invocations: int = 0
    replicas: int = 0
    available: int = 0
    annotations: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


class GatewayClient(Protocol):
    """A gateway; raises `NotFound`, `AlreadyExists`, `GatewayUnreachable`, `GatewayRefused`."""

    address: str

    def functions(self) -> list[Function]:
        """Every function."""

    def describe(self, name: str) -> Function:
        """One function."""

    def put_archive(self, archive: Archive) -> None:
        """Upload code, unless the gateway has it."""

    def deploy(self, spec: FunctionSpec) -> None:
        """Deploy a new function."""

    def update(self, spec: FunctionSpec) -> None:
        """Update a function that is there."""

    def delete(self, name: str) -> None:
        """Delete a function."""

    def call(self, name: str, body: bytes) -> bytes:
        """Call a function; raises `FunctionFailed` with its own words."""

    def log(self, name: str) -> str:
        """What its replicas wrote, one block a replica."""
