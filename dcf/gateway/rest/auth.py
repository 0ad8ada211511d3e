"""Who may use the gateway's own routes: one user, kept in two files as OpenFaaS does."""

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import grpc
from aiohttp import web

from ...errors import CannotStart
from ..telemetry.logins import Logins
from ..telemetry.refusals import GRPC, REST, refused
from .origin import is_loopback

USER_FILE, PASSWORD_FILE = "basic-auth-user", "basic-auth-password"
REFUSED = "invalid credentials"
# Calls of functions and the question whether the gateway lives are for everybody.
OPEN_RPCS = frozenset({"Invoke", "Invokes", "Call", "HealthCheck"})
_USER: web.RequestKey[str] = web.RequestKey("user", str)
_WHO = "x-deployed-by"
_MAX_WHO = 256
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Credentials:
    """The one user who may; neither part is ever shown.

    Attributes:
        user: Name.
        password: Password.
        logins: Who has given them.
    """

    user: str = field(repr=False)
    password: str = field(repr=False)
    logins: Logins = field(default_factory=Logins, repr=False, compare=False)

    @property
    def authorization(self) -> str:
        """The header that is theirs."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

    def admits(self, authorization: str) -> bool:
        """Tell whether an `Authorization` header is theirs, in the same time whatever it says."""
        scheme, _, encoded = authorization.partition(" ")
        try:
            given = base64.b64decode(encoded.strip(), validate=True)
        except ValueError:
            given = b""
        user, _, password = given.partition(b":")
        same_user = hmac.compare_digest(_digest(user), _digest(self.user.encode()))
        same_password = hmac.compare_digest(_digest(password), _digest(self.password.encode()))
        return scheme.lower() == "basic" and same_user & same_password


def credentials_for(host: str, wanted: bool | None, folder: Path) -> Credentials | None:
    """Whom a gateway on this address is for.

    Args:
        host: The address it listens on.
        wanted: Whether to ask for a password; None leaves it open on loopback alone.
        folder: Of the two files.

    Raises:
        CannotStart: Nobody said whether a gateway that others reach asks for a password, or a
            file is missing.
    """
    if wanted is None and not is_loopback(host):
        raise CannotStart(
            f"{host} can be reached by others, and who may deploy runs code here: "
            "add --basic-auth (or basic_auth=true), or --no-basic-auth to let everybody in"
        )
    return read_credentials(folder) if wanted else None


def read_credentials(folder: Path) -> Credentials:
    """The user and password in a folder's two files; raises `CannotStart` that names the file."""
    user, password = _line(folder / USER_FILE), _line(folder / PASSWORD_FILE)
    return Credentials(user, password)


def authenticated(handler: _Handler, credentials: Credentials) -> _Handler:
    """The same handler for those who know the password; 401 for all others."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if not credentials.admits(request.headers.get("Authorization", "")):
            refused(REST, "unauthorized", peer=request.remote or "")
            return web.Response(
                status=401,
                text=REFUSED + "\n",
                headers={"WWW-Authenticate": 'Basic realm="Restricted"'},
            )
        credentials.logins.accepted(REST, request.remote or "")
        request[_USER] = credentials.user
        return await handler(request)

    return answer


class Authenticated(grpc.aio.ServerInterceptor):
    """UNAUTHENTICATED for those who do not know the password."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:  # noqa: ANN401 # grpcio's handlers have no type of their own
        """Let a call pass, or end it."""
        rpc = handler_call_details.method.rpartition("/")[2]
        given = metadata_of(handler_call_details.invocation_metadata).get("authorization", "")
        if rpc in OPEN_RPCS:
            return await continuation(handler_call_details)
        if self._credentials.admits(given):
            self._credentials.logins.accepted(GRPC)
            return await continuation(handler_call_details)
        return grpc.unary_unary_rpc_method_handler(_refuse)


def metadata_of(metadata: Any) -> dict[str, str]:  # noqa: ANN401 # pairs, or None
    """The textual part of a call's metadata."""
    return {key: value for key, value in metadata or () if isinstance(value, str)}


def deployed_by(request: web.Request) -> str:
    """Who asks: the user who gave the password, else whom the client names, else nobody."""
    return request.get(_USER) or _printable(request.headers.get(_WHO, ""))


def rpc_by(metadata: dict[str, str], credentials: Credentials | None) -> str:
    """Who asks, over gRPC; the call has passed `Authenticated` where there is a password."""
    return credentials.user if credentials else _printable(metadata.get(_WHO, ""))


def _printable(who: str) -> str:
    """What a client says of itself, made fit for a terminal and a database."""
    return "".join(each for each in who[:_MAX_WHO] if each.isprintable())


async def _refuse(_request: object, context: Any) -> None:  # noqa: ANN401 # grpcio's context
    refused(GRPC, "unauthorized", peer=_host_of(context.peer()))
    await context.abort(grpc.StatusCode.UNAUTHENTICATED, REFUSED)


def _host_of(peer: str) -> str:
    """`ipv4:10.0.0.1:4711` and `ipv6:%5B::1%5D:4711` without kind and port."""
    return unquote(peer).partition(":")[2].rpartition(":")[0].strip("[]")


def _digest(part: bytes) -> bytes:
    """Of one length, so that comparing tells nothing of the length either."""
    return hashlib.sha256(part).digest()


def _line(path: Path) -> str:
    try:
        line = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise CannotStart(
            f"basic auth needs {path} ({_why(fault)}): write it, "
            "or name another folder with --secret-mount-path or secret_mount_path"
        ) from fault
    if not line:
        raise CannotStart(f"basic auth needs {path}: it is empty; write one line into it")
    return line


def _why(fault: Exception) -> str:
    return fault.strerror or "unreadable" if isinstance(fault, OSError) else "not UTF-8"
