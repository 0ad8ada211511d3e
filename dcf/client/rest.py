"""A gateway spoken to by OpenFaaS' REST, and by what this project's gateway adds to it."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse
from typing import TYPE_CHECKING
from urllib.parse import quote

from ..call_lines import CallLines
from ..errors import FunctionFailed, NotAGateway, NotFound
from .base import (
    FailedCall,
    Function,
    Invocation,
    LogLine,
    LogRequest,
    QueueState,
    Revision,
)
from .connection import NO_HEADERS, Exchange
from .questions import Questions
from .rest_wire import (
    deployment,
    each_of,
    failed_call_of,
    function_of,
    log_line_of,
    queue_of,
    revision_of,
    secret,
    secret_name_of,
    words_of,
)

if TYPE_CHECKING:  # a command that only lists needs neither, and both take time to import
    from ..archive import Archive
    from ..providers.placement import FunctionSpec

_CALL_SECONDS = 3600.0  # a function's own limits end a call much earlier
_FOLLOW_SECONDS = 86_400.0  # a follower waits for lines that may not come for long
_LOG_SECONDS = 600.0
_MAX_LOG = 256 << 20
_JSON = {"Content-Type": "application/json"}


class RestClient:  # pylint: disable=too-many-public-methods # one a question
    """A gateway's REST door.

    Args:
        address: `http(s)://host:port`.
        authorization: Sent to /system/, and with calls only where the gateway itself wants it: a
            function must never see a person's password.
        seconds: Longest silence of a question.
    """

    speaks = "openfaas"

    def __init__(self, address: str, authorization: str = "", seconds: float = 60.0) -> None:
        self.address, self._seconds = address, seconds
        self._gateway = Questions(address, authorization, seconds)

    def web_address(self) -> str:
        """Where functions are called over HTTP."""
        return self.address

    def functions(self) -> list[Function]:
        """Every function."""
        return self._gateway.read("/system/functions", lambda found: each_of(found, function_of))

    def describe(self, name: str) -> Function:
        """One function."""
        return self._gateway.read(f"/system/function/{_part(name)}", function_of)

    def takes_archives(self) -> bool:
        """Tell whether it has a store for archives; only a gateway of this project can."""
        try:
            return "archives" in self._gateway.read(
                "/system/info", lambda info: list(info["capabilities"])
            )
        except (NotFound, NotAGateway):
            return False

    def put_archive(self, archive: "Archive") -> None:
        """Upload code, unless the gateway has it."""
        path = f"/system/archives/{archive.digest}"
        headers = {"Content-Type": "application/octet-stream"}
        if self._gateway.system(Exchange("HEAD", path)).status != 200:
            self._gateway.ask("PUT", path, archive.data, headers)

    def deploy(self, spec: "FunctionSpec") -> None:
        """Deploy a new function."""
        self._gateway.ask("POST", "/system/functions", deployment(spec), _JSON | _who())

    def update(self, spec: "FunctionSpec") -> None:
        """Update a function that is there."""
        self._gateway.ask("PUT", "/system/functions", deployment(spec), _JSON | _who())

    def delete(self, name: str) -> None:
        """Delete a function."""
        self._gateway.ask("DELETE", "/system/functions", _object(functionName=name), _JSON)

    def scale(self, name: str, replicas: int) -> None:
        """Want so many replicas."""
        body = _object(serviceName=name, replicas=replicas)
        self._gateway.ask("POST", f"/system/scale-function/{_part(name)}", body, _JSON)

    def history(self, name: str) -> list[Revision]:
        """A function's revisions, newest first."""
        path = f"/system/function/{_part(name)}/history"
        return self._gateway.read(path, lambda found: each_of(found, revision_of))

    def rollback(self, name: str, number: int | None) -> Revision:
        """Begin to go back."""
        body = _object() if number is None else _object(revision=number)
        path = f"/system/function/{_part(name)}/rollback"
        return self._gateway.parsed(
            self._gateway.ask("POST", path, body, _JSON | _who()), revision_of
        )

    def settle(self, name: str, *, keep: bool) -> Revision:
        """Let a canary or shadow take over, or end."""
        path = f"/system/function/{_part(name)}/{'promote' if keep else 'abandon'}"
        return self._gateway.parsed(self._gateway.ask("POST", path, None, _who()), revision_of)

    def call(self, invocation: Invocation) -> bytes:
        """Call a function."""
        return b"".join(self.stream(invocation))

    def stream(self, invocation: Invocation) -> Iterator[bytes]:
        """Call a function; the answer as it comes."""
        with self._invoked("/function/", invocation) as answer:
            yield from self._gateway.connection.pieces(answer)

    def call_later(self, invocation: Invocation) -> str:
        """Queue a call."""
        with self._invoked("/async-function/", invocation) as answer:
            return str(answer.headers.get("X-Call-Id", ""))

    def queue(self) -> QueueState:
        """How its queue is."""
        return self._gateway.read("/system/queue", queue_of)

    def failed_calls(self) -> list[FailedCall]:
        """Queued calls that failed."""
        return self._gateway.read(
            "/system/queue/failed", lambda found: each_of(found, failed_call_of)
        )

    def replay_call(self, call_id: str) -> None:
        """Deliver a failed call again."""
        self._gateway.ask("POST", f"/system/queue/failed/{_part(call_id)}/replay")

    def drop_call(self, call_id: str) -> None:
        """Forget a failed call."""
        self._gateway.ask("DELETE", f"/system/queue/failed/{_part(call_id)}")

    def log(self, name: str) -> str:
        """What its replicas wrote."""
        texts: dict[str, list[str]] = {}
        left = _MAX_LOG
        for line in self.logs(LogRequest(name)):
            texts.setdefault(line.instance, []).append(line.text)
            left -= len(line.text)
            if left < 0:
                raise NotAGateway(
                    f"the log of {name} is longer than {_MAX_LOG >> 20} MiB: take its end (--tail)"
                )
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
        path += f"&call={_part(request.call)}" if request.call else ""
        # OpenFaaS' own gateways know no call, and give every line.
        of_call = CallLines(request.call, begins_within=True) if request.call else None
        patience = (_FOLLOW_SECONDS, 0.0) if request.follow else (self._seconds, _LOG_SECONDS)
        exchange = Exchange("GET", path, None, self._gateway.authorized(NO_HEADERS), *patience)
        with self._gateway.connection.open(exchange) as answer:
            if answer.status >= 300:
                raise self._gateway.refusal(answer.status, self._gateway.words(answer))
            for raw in self._gateway.connection.lines(answer):
                if raw.strip():
                    line = self._gateway.parsed(raw, log_line_of)
                    if of_call is None or of_call.has(line.instance, line.text):
                        yield line

    def secrets(self) -> list[str]:
        """The names of all secrets."""
        return self._gateway.read(
            "/system/secrets", lambda found: sorted(each_of(found, secret_name_of))
        )

    def put_secret(self, name: str, value: bytes, replace: bool) -> None:
        """Create a secret, or change one."""
        self._gateway.ask(
            "PUT" if replace else "POST", "/system/secrets", secret(name, value), _JSON
        )

    def delete_secret(self, name: str) -> None:
        """Forget a secret."""
        self._gateway.ask("DELETE", "/system/secrets", _object(name=name), _JSON)

    @contextmanager
    def _invoked(self, door: str, invocation: Invocation) -> Iterator[HTTPResponse]:
        query = f"?{invocation.query}" if invocation.query else ""
        path = f"{door}{_part(invocation.name)}{invocation.path}{query}"
        headers = {"Content-Type": "application/octet-stream"}
        given = {name.lower() for name, _ in invocation.headers}
        headers = {} if "content-type" in given else headers
        headers |= dict(invocation.headers)
        body = None if invocation.method in {"GET", "HEAD"} else invocation.body
        exchange = Exchange(invocation.method, path, body, headers, _CALL_SECONDS)
        with ExitStack() as opened:
            answer = opened.enter_context(self._gateway.connection.open(exchange))
            if answer.status == 401 and self._gateway.asks_at_calls():
                opened.close()
                known = exchange._replace(headers=self._gateway.authorized(headers))
                answer = opened.enter_context(self._gateway.connection.open(known))
                if answer.status == 401:
                    raise self._gateway.refusal(answer.status, self._gateway.words(answer))
            if answer.status >= 300:
                raise FunctionFailed(words_of(answer.status, self._gateway.words(answer)))
            yield answer


def _part(text: str) -> str:
    return quote(text, safe="")


def _object(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def _who() -> dict[str, str]:
    from .who import who

    return {"X-Deployed-By": who()}
