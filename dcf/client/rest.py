"""A gateway spoken to by OpenFaaS' REST, and by what this project's gateway adds to it."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from dcf.client.base import (
    FailedCall,
    Function,
    Invocation,
    LogLine,
    LogRequest,
    QueueState,
    Revision,
)
from dcf.client.connection import NO_HEADERS, Answer, Connection, Exchange
from dcf.client.rest_wire import (
    deployment,
    function_of,
    log_line_of,
    revision_of,
    secret,
    words_of,
)
from dcf.errors import AlreadyExists, FunctionFailed, GatewayRefused, NotAGateway, NotFound

if TYPE_CHECKING:  # a command that only lists needs neither, and both take time to import
    from dcf.archive import Archive
    from dcf.providers.placement import FunctionSpec

_CALL_SECONDS = 3600.0  # a function's own limits end a call much earlier
_FOLLOW_SECONDS = 86_400.0  # a follower waits for lines that may not come for long
_JSON = {"Content-Type": "application/json"}
_Read = TypeVar("_Read")


class RestClient:  # pylint: disable=too-many-public-methods # one a question
    """A gateway's REST door.

    Args:
        address: `http(s)://host:port`.
        authorization: Sent to /system/ alone: a function must never see a person's password.
        seconds: Longest silence of a question.
    """

    def __init__(self, address: str, authorization: str = "", seconds: float = 60.0) -> None:
        self.address = address
        self._connection = Connection(address)
        self._authorization, self._seconds = authorization, seconds

    def web_address(self) -> str:
        """Where functions are called over HTTP."""
        return self.address

    def functions(self) -> list[Function]:
        """Every function."""
        return self._read("/system/functions", lambda found: [function_of(each) for each in found])

    def describe(self, name: str) -> Function:
        """One function."""
        return self._read(f"/system/function/{_part(name)}", function_of)

    def takes_archives(self) -> bool:
        """Tell whether it has a store for archives; only a gateway of this project can."""
        try:
            return self._read("/system/info", lambda info: "archives" in info["capabilities"])
        except (NotFound, NotAGateway):
            return False

    def put_archive(self, archive: "Archive") -> None:
        """Upload code, unless the gateway has it."""
        path = f"/system/archives/{archive.digest}"
        headers = {"Content-Type": "application/octet-stream"}
        if self._system(Exchange("HEAD", path)).status != 200:
            self._ask("PUT", path, archive.data, headers)

    def deploy(self, spec: "FunctionSpec") -> None:
        """Deploy a new function."""
        self._ask("POST", "/system/functions", deployment(spec), _JSON | _who())

    def update(self, spec: "FunctionSpec") -> None:
        """Update a function that is there."""
        self._ask("PUT", "/system/functions", deployment(spec), _JSON | _who())

    def delete(self, name: str) -> None:
        """Delete a function."""
        self._ask("DELETE", "/system/functions", _object(functionName=name), _JSON)

    def scale(self, name: str, replicas: int) -> None:
        """Want so many replicas."""
        body = _object(serviceName=name, replicas=replicas)
        self._ask("POST", f"/system/scale-function/{_part(name)}", body, _JSON)

    def history(self, name: str) -> list[Revision]:
        """A function's revisions, newest first."""
        path = f"/system/function/{_part(name)}/history"
        return self._read(path, lambda found: [revision_of(each) for each in found])

    def rollback(self, name: str, number: int | None) -> Revision:
        """Begin to go back."""
        body = _object() if number is None else _object(revision=number)
        path = f"/system/function/{_part(name)}/rollback"
        return self._parsed(self._ask("POST", path, body, _JSON | _who()), revision_of)

    def call(self, invocation: Invocation) -> bytes:
        """Call a function."""
        return self._invoke("/function/", invocation).body

    def call_later(self, invocation: Invocation) -> str:
        """Queue a call."""
        return self._invoke("/async-function/", invocation).headers.get("X-Call-Id", "")

    def queue(self) -> QueueState:
        """How its queue is."""
        told = json.loads(self._ask("GET", "/system/queue"))
        return QueueState(*(told[each] for each in QueueState._fields))

    def failed_calls(self) -> list[FailedCall]:
        """Queued calls that failed."""
        found = json.loads(self._ask("GET", "/system/queue/failed"))
        return [FailedCall(*(each[name] for name in FailedCall._fields)) for each in found]

    def replay_call(self, call_id: str) -> None:
        """Deliver a failed call again."""
        self._ask("POST", f"/system/queue/failed/{_part(call_id)}/replay")

    def drop_call(self, call_id: str) -> None:
        """Forget a failed call."""
        self._ask("DELETE", f"/system/queue/failed/{_part(call_id)}")

    def log(self, name: str) -> str:
        """What its replicas wrote."""
        texts: dict[str, list[str]] = {}
        for line in self.logs(LogRequest(name)):
            texts.setdefault(line.instance, []).append(line.text)
        return "".join(
            f"---\nName: {name}\nLog:\n" + "\n".join(each) + "\n" for each in texts.values()
        )

    def logs(self, request: LogRequest) -> Iterator[LogLine]:
        """The lines asked for, as they come."""
        path = (
            f"/system/logs?name={_part(request.name)}&tail={request.tail}"
            f"&follow={str(request.follow).lower()}"
        )
        path += f"&since={_part(request.since)}" if request.since else ""
        path += f"&instance={_part(request.instance)}" if request.instance else ""
        seconds = _FOLLOW_SECONDS if request.follow else self._seconds
        exchange = Exchange("GET", path, None, self._authorized(NO_HEADERS), seconds)
        with self._connection.open(exchange) as answer:
            if answer.status >= 300:
                raise self._refusal(answer.status, answer.read())
            for raw in answer:
                if raw.strip():
                    yield self._parsed(raw, log_line_of)

    def secrets(self) -> list[str]:
        """The names of all secrets."""
        # OpenFaaS' own gateways give objects, the contract's give names.
        return self._read(
            "/system/secrets",
            lambda found: sorted(
                each["name"] if isinstance(each, dict) else each for each in found
            ),
        )

    def put_secret(self, name: str, value: bytes, replace: bool) -> None:
        """Create a secret, or change one."""
        self._ask("PUT" if replace else "POST", "/system/secrets", secret(name, value), _JSON)

    def delete_secret(self, name: str) -> None:
        """Forget a secret."""
        self._ask("DELETE", "/system/secrets", _object(name=name), _JSON)

    def _read(self, path: str, reader: Callable[[Any], _Read]) -> _Read:
        return self._parsed(self._ask("GET", path), reader)

    def _parsed(self, body: bytes, reader: Callable[[Any], _Read]) -> _Read:
        try:
            return reader(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise NotAGateway(
                f"what answers at {self.address} is no gateway, or of another kind: "
                "name another with --gateway"
            ) from fault

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> bytes:
        answer = self._system(Exchange(method, path, body, headers, self._seconds))
        if answer.status < 300:
            return answer.body
        raise self._refusal(answer.status, answer.body)

    def _system(self, exchange: Exchange) -> Answer:
        return self._connection.send(exchange._replace(headers=self._authorized(exchange.headers)))

    def _authorized(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        if not self._authorization:
            return headers
        return {**headers, "Authorization": self._authorization}

    def _refusal(self, status: int, body: bytes) -> Exception:
        if status == 401:
            return GatewayRefused(
                f"the gateway at {self.address} wants a login, or another one "
                f"({words_of(status, body)}): use `dcf login -g {self.address}`"
            )
        kinds = {404: NotFound, 409: AlreadyExists}
        return kinds.get(status, GatewayRefused)(words_of(status, body))

    def _invoke(self, door: str, invocation: Invocation) -> Answer:
        query = f"?{invocation.query}" if invocation.query else ""
        path = f"{door}{_part(invocation.name)}{invocation.path}{query}"
        headers = {"Content-Type": "application/octet-stream"}
        given = {name.lower() for name, _ in invocation.headers}
        headers = {} if "content-type" in given else headers
        headers |= dict(invocation.headers)
        body = None if invocation.method in {"GET", "HEAD"} else invocation.body
        answer = self._connection.send(
            Exchange(invocation.method, path, body, headers, _CALL_SECONDS)
        )
        if answer.status >= 300:
            raise FunctionFailed(words_of(answer.status, answer.body))
        return answer


def _part(text: str) -> str:
    return quote(text, safe="")


def _object(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def _who() -> dict[str, str]:
    from dcf.client.who import who

    return {"X-Deployed-By": who()}
