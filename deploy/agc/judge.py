"""A judge for the time of one check: takes the POST that the challenge's platform would take.

It listens on this machine alone, accepts what carries its header, and keeps the last answer.
"""

import http.server
import json
import secrets
import threading
from http import HTTPStatus
from typing import Self

_LONGEST = 1 << 30


class LocalJudge:
    """A server in the background.

    Attributes:
        path: Where it takes answers.
        header: What a post must carry, as API_HEADER holds it.
        bodies: What was accepted.
        complaints: Why posts were refused, one line each.
    """

    path = "/answer"

    def __init__(self) -> None:
        """Takes a free port; nothing is served before the block is entered."""
        self._key = secrets.token_hex(8)
        self.header = json.dumps({"X-Key": self._key})
        self.bodies: list[bytes] = []
        self.complaints: list[str] = []
        judge = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Hands a post on to the judge."""

            def do_POST(self) -> None:  # pylint: disable=invalid-name # the server's name
                """Answers with the judge's verdict."""
                status, said = judge.verdict(self)
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                """Says nothing: the check has lines of its own."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def port(self) -> int:
        """Its port."""
        return self._server.server_port

    def verdict(self, request: http.server.BaseHTTPRequestHandler) -> tuple[HTTPStatus, bytes]:
        """Takes one post.

        Args:
            request: Its body is unread.

        Returns:
            Status and body of the reply.
        """
        size = request.headers.get("Content-Length", "")
        if request.path != self.path or not size.isdecimal() or int(size) > _LONGEST:
            return self._refuse(f"POST {request.path} of {size or 'no'} bytes")
        body = request.rfile.read(int(size))
        if request.headers.get("X-Key") != self._key:
            return self._refuse("the header of API_HEADER is not there")
        self.bodies.append(body)
        return HTTPStatus.OK, b"accepted\n"

    def _refuse(self, reason: str) -> tuple[HTTPStatus, bytes]:
        self.complaints.append(reason)
        return HTTPStatus.BAD_REQUEST, f"{reason}\n".encode()

    def __enter__(self) -> Self:
        """Serves until the block is left."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_failure: object) -> None:
        """Closes the port."""
        self._server.shutdown()
        self._server.server_close()
