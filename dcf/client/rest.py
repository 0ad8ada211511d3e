"""A gateway spoken to by OpenFaaS' REST, over the standard library alone."""

import http.client
import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from dcf import __version__
from dcf.client.base import Function
from dcf.errors import (
    AlreadyExists,
    FunctionFailed,
    GatewayRefused,
    GatewayUnreachable,
    NotFound,
)

if TYPE_CHECKING:  # a command that only lists needs neither, and both take time to import
    from dcf.archive import Archive
    from dcf.providers.base import FunctionSpec

_SECONDS = 60.0
_CALL_SECONDS = 3600.0  # a function's own limits end a call much earlier


class RestClient:
    """One connection a request: a command makes one or two."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._parts = urlsplit(address)

    def functions(self) -> list[Function]:
        """Every function."""
        return [_function(each) for each in json.loads(self._ask("GET", "/system/functions"))]

    def describe(self, name: str) -> Function:
        """One function."""
        return _function(json.loads(self._ask("GET", f"/system/function/{quote(name, safe='')}")))

    def put_archive(self, archive: "Archive") -> None:
        """Upload code, unless the gateway has it."""
        path = f"/system/archives/{archive.digest}"
        if self._send("HEAD", path, None)[0] != 200:
            self._ask("PUT", path, archive.data)

    def deploy(self, spec: "FunctionSpec") -> None:
        """Deploy a new function."""
        self._ask("POST", "/system/functions", _deployment(spec))

    def update(self, spec: "FunctionSpec") -> None:
        """Update a function that is there."""
        self._ask("PUT", "/system/functions", _deployment(spec))

    def delete(self, name: str) -> None:
        """Delete a function."""
        self._ask("DELETE", "/system/functions", json.dumps({"functionName": name}).encode())

    def call(self, name: str, body: bytes) -> bytes:
        """Call a function."""
        status, answer = self._send(
            "POST", f"/function/{quote(name, safe='')}", body, _CALL_SECONDS
        )
        if status < 300:
            return answer
        raise FunctionFailed(_words(status, answer))

    def log(self, name: str) -> str:
        """What its replicas wrote."""
        lines = self._ask(
            "GET", f"/system/logs?name={quote(name, safe='')}&tail=-1&follow=false"
        ).splitlines()
        texts: dict[str, list[str]] = {}
        for line in map(json.loads, lines):
            texts.setdefault(line["instance"], []).append(line["text"])
        return "".join(
            f"---\nName: {name}\nLog:\n" + "\n".join(each) + "\n" for each in texts.values()
        )

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        status, answer = self._send(method, path, body)
        if status < 300:
            return answer
        kinds = {404: NotFound, 409: AlreadyExists}
        raise kinds.get(status, GatewayRefused)(_words(status, answer))

    def _connection(self, seconds: float) -> http.client.HTTPConnection:
        if self._parts.scheme == "https":
            return http.client.HTTPSConnection(self._parts.netloc, timeout=seconds)
        connection = http.client.HTTPConnection(self._parts.netloc, timeout=seconds)
        if connection.host.isascii():
            # A host given as text would load the codec of international names: 5 ms for nothing.
            place = (connection.host.encode(), connection.port)
            connection.sock = socket.create_connection(place, seconds)  # type: ignore[arg-type] # bytes are allowed
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _send(
        self, method: str, path: str, body: bytes | None, seconds: float = _SECONDS
    ) -> tuple[int, bytes]:
        headers = {"User-Agent": f"dcf/{__version__}", "Content-Type": "application/octet-stream"}
        if path == "/system/functions":
            headers["Content-Type"] = "application/json"
        try:
            connection = self._connection(seconds)
            try:
                connection.request(method, self._parts.path + path, body, headers)
                answer = connection.getresponse()
                return answer.status, answer.read()
            finally:
                connection.close()
        except (OSError, http.client.HTTPException) as fault:
            raise GatewayUnreachable(
                f"no gateway answers at {self.address} ({fault}): "
                "start one with `dcf gateway start`, or name another with --gateway"
            ) from fault


def _words(status: int, answer: bytes) -> str:
    """The one line to show: an error object's message and code, else the text as it came."""
    try:
        error = json.loads(answer)["error"]
        return f"{error['message']} ({error['code']})"
    except (ValueError, KeyError, TypeError):
        text = answer.decode(errors="replace").strip()
        return text or f"the gateway answered with status {status}"


def _function(fields: dict[str, Any]) -> Function:
    return Function(
        name=fields["name"],
        image=fields.get("image", ""),
        invocations=int(fields.get("invocationCount", 0)),
        replicas=fields.get("replicas", 0),
        available=fields.get("availableReplicas", 0),
        annotations=fields.get("annotations") or {},
        labels=fields.get("labels") or {},
    )


def _deployment(spec: "FunctionSpec") -> bytes:
    fields = {
        "service": spec.name,
        "image": spec.image,
        "envVars": dict(spec.env),
        "labels": dict(spec.labels),
        "annotations": dict(spec.annotations),
        "constraints": list(spec.constraints),
        "secrets": list(spec.secrets),
        "limits": dict(spec.limits),
        "requests": dict(spec.requests),
    }
    return json.dumps({key: value for key, value in fields.items() if value}).encode()
