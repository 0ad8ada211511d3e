"""One process takes another's place behind a switch, as in a rolling update: no call is lost."""

import contextlib
import http.client
import select
import selectors
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from watcher._proto import fxwatcher_pb2 as pb
from watcher._proto import fxwatcher_pb2_grpc

LIMIT_S = 90


class Switch:
    """Leads each new connection to the port `to`; one that is there stays where it is.

    That is what a Service of Kubernetes does. It knows nothing of HTTP.
    """

    def __init__(self, to):
        self.to = to
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._waking, self._woken = socket.socketpair()
        self._waiting = selectors.DefaultSelector()
        self._waiting.register(self._listening, selectors.EVENT_READ)
        self._waiting.register(self._woken, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run)
        self._all = [self._listening, self._woken]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._waking.close()
        self._thread.join(10)

    def _run(self):
        ending = False
        while not ending:
            for key, _ in self._waiting.select():
                if key.fileobj is self._listening:
                    self._lead()
                elif key.fileobj is self._woken:
                    ending = True
                elif key.fileobj.fileno() >= 0:  # not closed in this very turn
                    self._pass(key.fileobj, key.data)
        self._waiting.close()
        for each in self._all:
            each.close()

    def _lead(self):
        ours = self._listening.accept()[0]
        try:
            theirs = socket.create_connection(("127.0.0.1", self.to), timeout=10)
        except OSError:
            reset(ours)
            return
        for one, other in ((ours, theirs), (theirs, ours)):
            self._all.append(one)
            self._waiting.register(one, selectors.EVENT_READ, other)

    def _pass(self, one, other):
        """Bytes one way, and how they end: by an end, which leaves the other way, or by a reset."""
        try:
            data = one.recv(1 << 16)
            if data:
                other.sendall(data)
                return
            other.shutdown(socket.SHUT_WR)
            self._waiting.unregister(one)
            if other not in self._waiting.get_map():
                one.close()
                other.close()
        except OSError:
            for each in (one, other):
                with contextlib.suppress(KeyError):
                    self._waiting.unregister(each)
                reset(each)


def reset(one):
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    one.close()


class Calls:
    """What many clients did, until they were told to end."""

    def __init__(self):
        self.count, self.failed = 0, []
        self.enough = threading.Event()
        self._counting = threading.Lock()
        self._deadline = time.monotonic() + LIMIT_S

    def note(self, failure=None):
        with self._counting:
            self.count += 1
            if failure is not None:
                self.failed.append(failure)

    @property
    def over(self):
        return self.enough.is_set() or time.monotonic() > self._deadline

    def wait(self, more):
        """Until so many more calls were made."""
        goal = self.count + more
        while self.count < goal:
            assert time.monotonic() < self._deadline, f"{self.count} calls of {goal}"
            self.enough.wait(0.01)


def replace(old, new, switch, calls, port):
    """What a platform does: no new connections for the one that ends, a little late."""
    calls.wait(300)
    old.signal()
    old.wait_log("taking calls for")
    calls.wait(20)
    switch.to = port(new)
    assert old.wait(60) == 0
    calls.wait(1000)
    calls.enough.set()


def keep_calling(port, calls, pause):
    """A client without a second try: it keeps its connection until a reply says to close it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        while not calls.over:
            if pause:
                calls.enough.wait(pause)
                # As every pool of connections does: one that has ended is not used again.
                if connection.sock and select.select([connection.sock], [], [], 0)[0]:
                    connection.close()
            try:
                connection.request("POST", "/?do=text&text=here", b"x" * 1000)
                reply = connection.getresponse()
                body = reply.read()
                calls.note(None if (reply.status, body) == (200, b"here") else reply.status)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                calls.note(repr(error))


@pytest.mark.parametrize("delay", ["3s", "5s"])
def test_kept_http_connections_lose_no_call(start, delay):
    old, new = start(DRAIN_DELAY=delay, MAX_INFLIGHT=64), start(MAX_INFLIGHT=64)
    calls = Calls()
    with Switch(old.port) as switch, ThreadPoolExecutor(16) as clients:
        running = [
            # Some call without a pause, some now and then, some less often than the delay is long.
            clients.submit(keep_calling, switch.port, calls, (0, 0, 0.05, 8)[number % 4])
            for number in range(16)
        ]
        try:
            replace(old, new, switch, calls, lambda watcher: watcher.port)
        finally:
            calls.enough.set()
        for each in running:
            each.result(60)
    assert calls.failed == []
    assert calls.count > 1400


def test_kept_grpc_channels_lose_no_call(start, free):
    old = start(WATCHER_PORT=free(), DRAIN_DELAY="6s", MAX_INFLIGHT=64)
    new = start(WATCHER_PORT=free(), DRAIN_DELAY="6s", MAX_INFLIGHT=64)
    calls = Calls()

    def keep_calling_by_grpc(port):
        # Each its own connection; the library would share one.
        options = (("grpc.use_local_subchannel_pool", 1),)
        with grpc.insecure_channel(f"127.0.0.1:{port}", options) as channel:
            stub = fxwatcher_pb2_grpc.FxWatcherStub(channel)
            while not calls.over:
                try:
                    stub.Call(
                        pb.Request(input=b"x"), timeout=30,
                        metadata=(("x-query", "do=text&text=here"),),
                    )  # fmt: skip
                    calls.note()
                except grpc.RpcError as error:
                    calls.note(f"{error.code()} {error.details()}")

    def port(watcher):
        return int(watcher.settings["WATCHER_PORT"])

    with Switch(port(old)) as switch, ThreadPoolExecutor(8) as clients:
        running = [clients.submit(keep_calling_by_grpc, switch.port) for _ in range(8)]
        try:
            replace(old, new, switch, calls, port)
        finally:
            calls.enough.set()
        for each in running:
            each.result(60)
    assert calls.failed == []
    assert calls.count > 1400
