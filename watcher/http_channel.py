"""One HTTP connection: waitress' channel with our limits while reading and our error body.

Waitress reads requests in one thread before any worker sees them, so slow clients cost no worker.
Added here: a deadline for a whole request, errors as JSON, and a close that lets a client read why
it was refused.
"""

import socket
import time
from io import BytesIO
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import Error, build_http_date

from . import call
from .door_http import RECEIVED_AT, error_reply
from .http_parser import Parser, RequestTimeout
from .reply import JSON

_LINGER_S = 2.0
_READS = 16
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
        if self.request.held is None and self.request.content_length:
            # A large body waited in a file, which may lie in memory (tmpfs): not there twice.
            with environ["wsgi.input"] as file:
                environ["wsgi.input"] = BytesIO(file.read())
        return environ

    def build_response_header(self) -> bytes:
        """The head of the reply; during a drain it says that the connection ends."""
        if self.channel.server.adj.draining:
            self.set_close_on_finish()
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
        self.set_close_on_finish()
        self.content_length = len(body)
        self.channel.linger = True
        self.write(body)
        adj.on_refusal(self.request, status, len(body), failure.call_id)


def _failure(request: Any, adj: Any) -> call.Failure:  # noqa: ANN401 - as in Parser
    error: Error = request.error
    call_id = call.new_id(request.headers.get("X_CALL_ID"))  # known if the head has come
    code = _CODES.get(error.code, "bad_request")
    messages = {
        "body_too_large": call.too_large(adj.body_limit).message,
        "headers_too_large": f"the headers are over {adj.max_request_header_size} bytes; send less",
        "overloaded": f"other calls' bodies fill the {adj.bodies.most} bytes that BODY_MEMORY "
        "allows; call again in a moment",
        "slow_request": f"the request did not come within {adj.read_timeout:g} s; send it faster, "
        "or raise READ_TIMEOUT",
        "handler_error": f"the handler failed, call id {call_id}",
    }
    text = " ".join(str(error.body).split())[:200]
    return call.Failure(code, messages.get(code, f"this is not HTTP: {text}"), call_id)


class Channel(HTTPChannel):  # type: ignore[misc] # waitress has no annotations
    """One connection."""

    task_class = Task
    error_task_class = RefusalTask
    parser_class = Parser
    request: Any
    will_close: bool
    close_when_flushed: bool
    linger = False
    _discard_until = 0.0

    def sweep(self, now: float, wall: float) -> None:
        """Ends what takes too long; called about once a second by the thread that reads.

        Args:
            now: time.monotonic().
            wall: time.time(), the clock of waitress' own stamps.
        """
        if self._discard_until:
            self.will_close |= now > self._discard_until
            return
        if self.request is not None:
            self.request.sweep()
        late = self.request is not None and now - self.request.started > self.adj.read_timeout
        if late and not self.requests:
            self.request.error = RequestTimeout("")
            self.request.completed = True
            self._queue()
            return
        never_spoke = self.last_activity == self.creation_time
        if never_spoke and wall - self.creation_time > self.adj.read_timeout:
            self.will_close = True

    def give_way(self) -> None:
        """Closes the connection unless a request or a reply is on its way."""
        self.will_close |= not (self.request or self.requests or self.total_outbufs_len)

    def busy(self, since: float) -> bool:
        """Whether a request that began by `since` (time.monotonic()) is still on its way."""
        partial = self.request is not None and self.request.started <= since
        return bool(self.requests or self.total_outbufs_len or partial) and not self._discard_until

    def readable(self) -> bool:
        """Whether to look for input."""
        return bool(self._discard_until or super().readable())

    def handle_read(self) -> None:
        """Takes what the socket holds; a turn of the loop for every piece would cost more."""
        for _ in range(_READS):
            try:
                count = self._receive()
            except BlockingIOError:
                return
            except OSError:
                count = 0
            if not count:
                self.handle_close()
                return
            if self.request is None and not self._discard_until:
                return

    def _receive(self) -> int:
        """Reads once: into the body that is under way, else into a piece for the parser."""
        if self.request is not None and self.request.held is not None and not self._discard_until:
            count: int = self.request.receive(self.socket)
            self.last_activity = time.time()
            if self.request.completed:
                self._queue()
            return count
        data = self.socket.recv(self.adj.recv_bytes)
        if data and not self._discard_until:
            self.last_activity = time.time()
            self.received(data)
        return len(data)

    def _queue(self) -> None:
        """Hands the request that is now complete to a worker, behind those before it."""
        with self.requests_lock:
            if self.will_close or self.close_when_flushed:
                return
            self.sent_continue = False
            self.requests.append(self.request)
            self.request = None
            if len(self.requests) == 1:
                self.server.add_task(self)

    def handle_write(self) -> None:
        """Sends output; after a refusal, half-closes and waits for the client to read it.

        A plain close with unread input resets the connection, and the reset destroys the reply on
        its way (RFC 9112, 9.6).
        """
        if not (self.linger and self.close_when_flushed) or self.will_close:
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if self.total_outbufs_len or not self.connected:
            return
        self.close_when_flushed = False
        self._discard_until = time.monotonic() + _LINGER_S
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.handle_close()
