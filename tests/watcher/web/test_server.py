"""Connections that are slow, idle or deaf, and the threads that must not wait for them."""

import logging
import os
import resource
import select
import socket
import threading
import time

import pytest

from tests.waiting import until
from tests.watcher.raw_http import error_of, exchange
from watcher.configuration import config
from watcher.reply import Reply
from watcher.runner import Runner
from watcher.telemetry.metrics import Metrics
from watcher.web.server import HttpServer, Workers


@pytest.mark.parametrize(
    "piece",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Le",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nonly this",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    ],
    ids=["half a head", "half a body", "half a chunk"],
)
def test_who_stops_sending_is_told_so(hasty, piece):
    assert error_of(exchange(hasty, piece)) == (408, "slow_request")


def test_who_sends_a_byte_at_a_time_is_not_waited_for(hasty):
    with hasty.socket() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n")

        def is_given_up():
            try:
                connection.sendall(b"x")
            except OSError:  # reset or broken pipe, as the kernel likes
                return True
            return False

        until(is_given_up)


def test_a_silent_connection_is_closed(hasty):
    with hasty.socket() as connection:
        assert connection.recv(1) == b""


def test_slow_senders_cost_no_worker(start):
    patient = start(READ_TIMEOUT="60")
    half = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nonly this"
    connections = [patient.socket() for _ in range(100)]
    try:
        for connection in connections:
            connection.sendall(half)
        assert patient.post().status_code == 200
        assert patient.get("/_/ready").status_code == 200
        # They are all still waited for: nobody was given up to make room.
        assert not any(select.select(connections, [], [], 0)[0])
    finally:
        for connection in connections:
            connection.close()


def test_a_client_that_does_not_read_costs_no_worker(start):
    watcher = start(CONCURRENCY=1, MAX_INFLIGHT=2)
    body = b"x" * 12_000_000  # more than the sockets' buffers take
    head = b"POST /?do=echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    deaf = [socket.socket() for _ in range(8)]
    try:
        for number, connection in enumerate(deaf, start=1):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(10)
            connection.connect(("127.0.0.1", watcher.port))
            connection.sendall(head + body)
            until(lambda n=number: watcher.log.count(" - 200 - 12000000B") >= n)
        assert watcher.post("/?do=text").status_code == 200
    finally:
        for connection in deaf:
            connection.close()


def test_idle_connections_give_way_to_new_ones(start):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (160, hard))  # the watcher inherits room for 32
    try:
        watcher = start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    idle = [watcher.socket() for _ in range(60)]
    try:
        for connection in idle:
            connection.sendall(b"GET /_/ready HTTP/1.1\r\nHost: x\r\n\r\n")
        assert watcher.get("/_/ready").status_code == 200
    finally:
        for connection in idle:
            connection.close()


def test_a_worker_outlives_a_task_that_fails(caplog):
    ran, workers = threading.Event(), Workers(1)

    class Task:
        def __init__(self, action):
            self.service = action

    workers.add_task(Task(lambda: 1 / 0))
    workers.add_task(Task(ran.set))
    assert ran.wait(10)
    assert "answering a request failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    workers.shutdown()


class Waiting:
    """A task that lasts until its gate is open."""

    def __init__(self):
        self.began, self.gate = threading.Event(), threading.Event()

    def service(self):
        self.began.set()
        assert self.gate.wait(20)


def refused(_thread):
    raise RuntimeError("can't start new thread")


def test_workers_end_when_they_are_told_to_and_after_what_they_do():
    before = set(threading.enumerate())
    workers, tasks = Workers(3), [Waiting(), Waiting(), Waiting()]
    for task in tasks:
        workers.add_task(task)
        assert task.began.wait(10)
    ours = set(threading.enumerate()) - before

    def alive():
        return sum(one.is_alive() for one in ours)

    assert alive() == 3
    tasks[0].gate.set()
    tasks[2].gate.set()
    workers.shutdown()
    until(lambda: alive() == 1)  # the busy one
    tasks[1].gate.set()
    until(lambda: alive() == 0)


def test_there_are_as_many_workers_as_there_were_tasks_at_once_and_no_more_than_allowed():
    before = set(threading.enumerate())
    workers = Workers(3)

    def threads():
        return len(set(threading.enumerate()) - before)

    assert threads() == 1
    for _ in range(3):  # one after the other: a thread is enough
        task = Waiting()
        workers.add_task(task)
        task.gate.set()
        assert task.began.wait(10)
        until(lambda: workers._unfinished == 0)
    assert threads() == 1
    tasks = [Waiting() for _ in range(5)]
    for task in tasks:
        workers.add_task(task)
    assert all(task.began.wait(10) for task in tasks[:3])
    assert threads() == 3
    assert not any(task.began.is_set() for task in tasks[3:])
    for task in tasks:
        task.gate.set()
    assert all(task.began.wait(10) for task in tasks)
    workers.shutdown()
    until(lambda: threads() == 0)


def test_where_no_more_threads_are_granted_those_there_are_answer(monkeypatch):
    workers, tasks = Workers(3), [Waiting(), Waiting()]
    with monkeypatch.context() as changed:
        changed.setattr(threading.Thread, "start", refused)
        for task in tasks:
            workers.add_task(task)
            task.gate.set()
    assert all(task.began.wait(10) for task in tasks)
    workers.shutdown()


@pytest.fixture
def served():
    """Serves an application in this process; `serve(app, ...)` gives its server and its port."""
    running = []
    runner = Runner(lambda request: Reply(b""), concurrency=1, max_inflight=1, exec_timeout=5)
    metrics = Metrics(runner)

    def serve(app, **given):
        settings = config.read({}, {name: str(value) for name, value in given.items()})
        listener = socket.create_server(("127.0.0.1", 0))
        server, stop = HttpServer(app, listener, settings, metrics), threading.Event()
        thread = threading.Thread(target=server.run, args=(stop.is_set,))
        thread.start()

        def end():
            stop.set()
            server.wake()
            thread.join(10)

        running.append((server, end))
        server.end, server.metrics = end, metrics
        return server

    yield serve
    for server, end in running:
        end()
        server.close()
    assert runner.close(5)


def test_who_wakes_a_server_that_is_closed_writes_to_no_file_of_others(served):
    server = served(plain)
    server.end()
    server.close()
    reads, writes = os.pipe()  # perhaps with the numbers that the server had
    try:
        os.set_blocking(reads, False)
        server.wake()
        with pytest.raises(BlockingIOError):
            os.read(reads, 1)
    finally:
        os.close(reads)
        os.close(writes)


def plain(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]


def test_a_loop_looks_at_its_condition_as_soon_as_it_is_woken(served):
    server = served(plain)
    server.end()  # joins the thread; the loop's own turn is a second
    assert server.drain(time.monotonic() + 5)


def test_what_lies_in_a_socket_at_the_end_is_answered_in_the_drain(served):
    server = served(plain)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        until(lambda: len(server._channels()) == 1)
        server.end()
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        server.release()
        assert server.drain(time.monotonic() + 10)
        raw = b""
        while not raw.endswith(b"\r\n\r\nok"):
            piece = client.recv(1000)
            assert piece, raw
            raw += piece
    assert raw.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nConnection: close\r\n" in raw


def test_a_drain_waits_for_what_is_under_way_and_no_longer_than_told(served):
    gate, began = threading.Event(), threading.Event()

    def slow(environ, start_response):
        began.set()
        assert gate.wait(20)
        return plain(environ, start_response)

    server = served(slow)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert began.wait(10)
        server.end()
        assert not server.drain(time.monotonic() - 1)
        gate.set()
        assert server.drain(time.monotonic() + 10)
        assert client.recv(1000).startswith(b"HTTP/1.1 200")


def test_half_a_request_that_came_before_the_end_is_waited_for(served):
    server = served(plain, READ_TIMEOUT=60)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        until(lambda: any(each.request for each in list(server._channels())))
        server.end()
        assert not server.drain(time.monotonic() - 1)
        client.sendall(b"Host: x\r\n\r\n")
        assert server.drain(time.monotonic() + 10)
        assert client.recv(1000).startswith(b"HTTP/1.1 200")


def test_what_never_reached_the_application_is_counted_and_logged(served, caplog):
    caplog.set_level(logging.INFO)
    server = served(plain, MAX_BODY_BYTES=10)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n")
        assert b"413" in client.recv(1000)
    until(lambda: server.metrics.tally().http)
    assert list(server.metrics.tally().http) == [("413", "put")]
    until(lambda: "PUT /a - 413 - " in caplog.text)
