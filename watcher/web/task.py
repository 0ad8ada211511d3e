"""What a worker does with one HTTP request: waitress' tasks with our heads and our error body."""

import time
from io import BytesIO
from typing import Any

from waitress.task import ErrorTask, WSGITask
from waitress.utilities import Error, build_http_date

from ..failure import Failure, new_id, too_large
from ..reply import JSON
from .door import CALLER, RECEIVED_AT, error_reply
from .head import MAX_HEAD

_ONE_WRITE = 1 << 16
_CODES = {
    413: "body_too_large",
    429: "overloaded",
    431: "headers_too_large",
    408: "slow_request",
    500: "handler_error",
}


class Task(WSGITask):  # type: ignore[misc] # waitress has no annotations
    """Answers one request from the application."""

    wrote_header: bool

    def get_environment(self) -> dict[str, Any]:
        """The WSGI environment, with the time of the request's first byte."""
        environ: dict[str, Any] = super().get_environment()
        environ[RECEIVED_AT] = self.request.started
        environ[CALLER] = self.request.caller
        if self.request.held is None and self.request.content_length:
            # A large body waited in a file, which may lie in memory (tmpfs): not there twice.
            with environ["wsgi.input"] as file:
                environ["wsgi.input"] = BytesIO(file.read())
        return environ

    def build_response_header(self) -> bytes:
        """The head of the reply; once the process is to end, it says that the connection does."""
        if self.channel.server.adj.ending:
            self.request.headers.pop("CONNECTION", None)  # what an older client asks for
            self.set_close_on_finish()
            self.channel.linger = True
        elif self.version == "1.1" and self.content_length is not None and not self._closes():
            # The usual reply, without waitress' sorting and renaming of headers.
            lines = [f"HTTP/1.1 {self.status}", *(f"{k}: {v}" for k, v in self.response_headers)]
            date = build_http_date(self.start_time)
            return "\r\n".join([*lines, f"Date: {date}", "", ""]).encode("latin-1")
        head: bytes = super().build_response_header()
        return head

    def _closes(self) -> bool:
        asked = self.request.headers.get("CONNECTION", "").lower() == "close"
        return bool(self.close_on_finish or asked or not self.has_body)

    def write(self, data: bytes) -> None:
        """Sends a part of the reply; head and a short body leave in one packet.

        Args:
            data: bytes of the body.
        """
        whole = self.content_length == len(data) < _ONE_WRITE
        if self.complete and whole and data and self.has_body and not self.wrote_header:
            self.channel.write_soon(self.build_response_header() + data)
            self.wrote_header = True
            self.content_bytes_written += len(data)
        else:
            super().write(data)


class RefusalTask(ErrorTask):  # type: ignore[misc] # waitress has no annotations
    """Answers a request that could not be read, with our error body, and ends the connection."""

    def execute(self) -> None:
        """Sends the reply."""
        adj, error = self.channel.server.adj, self.request.error
        failure = _failure(self.request, adj)
        reply = error_reply(failure)
        status, body = reply.status, reply.body
        self.status = f"{status} {error.reason if error.code == status else 'Bad Request'}"
        seconds = time.monotonic() - self.request.started
        self.response_headers += [("Content-Type", JSON), *reply.headers]
        self.response_headers.append(("X-Call-Id", failure.call_id))
        self.response_headers.append(("X-Duration-Seconds", f"{seconds:f}"))
        if adj.cors:
            adj.cors.add(self.response_headers, self.request.headers.get("ORIGIN", ""), own=True)
        self.set_close_on_finish()
        if status == 431:
            self.version = "1.1"  # ours; the request's was not read
        self.content_length = len(body)
        self.channel.linger = True
        self.write(body)
        adj.on_refusal(self.request, status, len(body), failure.call_id)


def _failure(request: Any, adj: Any) -> Failure:  # noqa: ANN401 - as in Parser
    error: Error = request.error
    call_id = new_id(request.headers.get("X_CALL_ID"))  # known if the head has come
    code = _CODES.get(error.code, "bad_request")
    messages = {
        "body_too_large": too_large(adj.body_limit).message,
        "headers_too_large": f"the headers are over {MAX_HEAD} bytes; send less",
        "overloaded": f"other calls' bodies fill the {adj.bodies.most} bytes that BODY_MEMORY "
        "allows; call again in a moment",
        "slow_request": f"the request did not come within {adj.read_timeout:g} s; send it faster, "
        "or raise READ_TIMEOUT",
        "handler_error": f"the handler failed; see the log under call id {call_id}",
    }
    text = " ".join(str(error.body).split())[:200]
    return Failure(code, messages.get(code, f"this is not HTTP: {text}"), call_id)
