"""The Kubernetes API as the provider uses it: paths, plain JSON, one error type."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Protocol

from ...errors import DcfError

Json = dict[str, Any]


class ApiError(DcfError):
    """The API server answered with an error, or not at all.

    Attributes:
        status: Its HTTP status; 0 if it did not answer.
        reason: Its `reason` (`NotFound`, `Conflict`, `AlreadyExists`, ...); may be empty.
    """

    code = "cluster_error"

    def __init__(self, message: str, status: int = 0, reason: str = "") -> None:
        super().__init__(message)
        self.status, self.reason = status, reason


class Api(Protocol):
    """Requests to one API server. All but `watch` and `lines` end within a few seconds.

    Paths are those of Kubernetes, such as `/apis/apps/v1/namespaces/functions/deployments/echo`.
    """

    namespace: str
    """Where functions are."""

    async def get(self, path: str, **query: str) -> Json:
        """One object, or a list; raises `ApiError`."""

    async def create(self, path: str, body: Mapping[str, Any]) -> Json:
        """POST; raises `ApiError` with the reason `AlreadyExists`."""

    async def replace(self, path: str, body: Mapping[str, Any]) -> Json:
        """PUT; with its `resourceVersion`, raises `ApiError` with the reason `Conflict`."""

    async def patch(self, path: str, body: Mapping[str, Any]) -> Json:
        """PATCH as `application/merge-patch+json`."""

    async def delete(self, path: str, propagation: str = "Background") -> None:
        """DELETE; what is not there is no error."""

    def watch(self, path: str, version: str, **query: str) -> AsyncGenerator[Json]:
        """Events after a resource version, until the server ends it.

        Raises `ApiError`; its status 410 says that the version is too old.
        """

    def lines(self, path: str, **query: str) -> AsyncGenerator[str]:
        """The lines of a log as they come."""

    async def close(self) -> None:
        """Close its connections."""
