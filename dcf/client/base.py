"""What the command can ask of a gateway, whatever the wire."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:  # `dcf function list` needs neither, and both take time to import
    from dcf.archive import Archive
    from dcf.providers.base import FunctionSpec


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


class GatewayClient(Protocol):
    """A gateway; raises `NotFound`, `AlreadyExists`, `GatewayUnreachable`, `GatewayRefused`."""

    address: str

    def functions(self) -> list[Function]:
        """Every function."""

    def describe(self, name: str) -> Function:
        """One function."""

    def put_archive(self, archive: "Archive") -> None:
        """Upload code, unless the gateway has it."""

    def deploy(self, spec: "FunctionSpec") -> None:
        """Deploy a new function."""

    def update(self, spec: "FunctionSpec") -> None:
        """Update a function that is there."""

    def delete(self, name: str) -> None:
        """Delete a function."""

    def call(self, name: str, body: bytes) -> bytes:
        """Call a function; raises `FunctionFailed` with its own words."""

    def log(self, name: str) -> str:
        """What its replicas wrote, one block a replica."""
