"""Callers who call a function all the time over kept connections, and remember every answer."""

import http.client
import socket
import threading
import time
import urllib.parse
from typing import NamedTuple


class Call(NamedTuple):
    """One call: when it began, how long it took, its status (0: none came), revision and fault."""

    began: float
    seconds: float
    status: int
    revision: str = ""
    fault: str = ""


class Callers:
    """So many threads, each with a call under way until they are stopped."""

    def __init__(self, address, function, body=b"hi", count=4, headers=None, others=()):
        """Of several addresses a caller whose gateway is gone goes on with the next one."""
        self._addresses = [address, *others]
        self._path, self._body = f"/function/{function}", body
        self._headers = {"Content-Type": "application/octet-stream", **(headers or {})}
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(count)]
        self.calls: list[Call] = []

    def start(self):
        """Begins to call."""
        for each in self._threads:
            each.start()

    def stop(self):
        """Ends once every call under way is answered."""
        self._ending.set()
        for each in self._threads:
            each.join(90)

    @property
    def failed(self):
        """All that were not answered with 200."""
        return [each for each in self.seen() if each.status != 200]

    def seen(self):
        """All calls so far."""
        with self._lock:
            return list(self.calls)

    def good_since(self, moment):
        """How many that began after a moment went well."""
        return sum(each.began >= moment and each.status == 200 for each in self.seen())

    def _run(self):
        turn, connection = 0, None
        while not self._ending.is_set():
            if connection is None:
                connection = _connection(self._addresses[turn % len(self._addresses)])
            call = self._one(connection)
            with self._lock:
                self.calls.append(call)
            if call.status == 0:
                connection.close()
                connection, turn = None, turn + 1
                self._ending.wait(0.05)  # nobody hammers an address where nobody listens
        if connection is not None:
            connection.close()

    def _one(self, connection):
        began = time.monotonic()
        try:
            connection.request("POST", self._path, self._body, self._headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as fault:
            return Call(began, time.monotonic() - began, 0, fault=repr(fault))
        told = "" if answer.status == 200 else text[:300].decode(errors="replace")
        revision = answer.headers.get("X-Revision", "")
        return Call(began, time.monotonic() - began, answer.status, revision, told)


def _connection(address):
    place = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    try:
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:
        pass  # the request that follows says so
    return connection
