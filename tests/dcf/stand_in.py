"""A gateway that is not there: answers from a table, and keeps what it was asked."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    headers: dict
    body: bytes


class StandIn:
    """Its address, its table ("GET /path" to a status and a value) and what it was asked.

    A value that is no bytes becomes JSON. What is in a list is answered in turn, the last for good.
    """

    def __init__(self):
        self.table, self.asked = {}, []
        stand_in = self

        class Door(BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                stand_in.asked.append(Asked(self.command, self.path, dict(self.headers), body))
                answer = stand_in.table.get(f"{self.command} {self.path}", (404, b""))
                if isinstance(answer, list):
                    answer = answer.pop(0) if len(answer) > 1 else answer[0]
                status, value = answer
                text = value if isinstance(value, bytes) else json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def lines(self):
        """Methods and paths, in the order they came."""
        return [f"{each.method} {each.path}" for each in self.asked]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)
