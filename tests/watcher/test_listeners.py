"""The ports of a process, opened and drained in this one: real sockets and a real gRPC server."""

import gc
import socket
import threading
import time

import grpc
import pytest
import requests

from tests.waiting import until
from watcher import listeners
from watcher._proto import fxwatcher_pb2 as pb
from watcher._proto import fxwatcher_pb2_grpc
from watcher.configuration import config
from watcher.errors import StartError
from watcher.function import Function
from watcher.health import Health, NoLock
from watcher.reply import Reply
from watcher.runner import Runner
from watcher.telemetry.metrics import Metrics
from watcher.web.app import HttpApp
from watcher.web.door import HttpDoor


@pytest.fixture
def begin(free):
    """Opens the ports of a function that answers with what it gets; `held` calls wait."""
    opened = []
    held = threading.Event()

    def make(**given):
        settings = config.read(
            {},
            {
                "PORT": "0", "WATCHER_PORT": "0", "MESH_PORT": "0", "METRICS_PORT": "0",
                "CONCURRENCY": "2", **{name: str(value) for name, value in given.items()},
            },
        )  # fmt: skip

        def call(request):
            if request.input == b"wait":
                assert held.wait(20)
            return Reply(request.input)

        runner = Runner(call, concurrency=2, max_inflight=4, exec_timeout=20)
        health, metrics = Health(runner, NoLock()), Metrics(runner)
        door = HttpDoor(settings, runner, health, metrics)
        function = Function(None, runner, health, metrics, HttpApp(door, health, dict))
        health.open()
        ports = listeners.open_ports(settings, function)
        stop = threading.Event()
        loop = threading.Thread(target=ports.http.run, args=(stop.is_set,))
        loop.start()
        opened.append((ports, stop, loop, runner))

        def end():
            """Leaves the loop, as a process does before it drains."""
            stop.set()
            ports.http.wake()
            loop.join(10)

        ports.settings, ports.function, ports.end, ports.held = settings, function, end, held
        return ports

    yield make
    held.set()
    for ports, stop, loop, runner in opened:
        stop.set()
        if loop.is_alive():
            ports.http.wake()
            loop.join(10)
        ports.drain(time.monotonic() + 10)
        ports.close()
        assert runner.close(10)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def call_grpc(port, body=b"x"):
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = fxwatcher_pb2_grpc.FxWatcherStub(channel)
        return stub.Call(pb.Request(input=body), timeout=10).Output


def test_what_is_asked_for_listens_and_nothing_else(begin, free):
    metrics, watcher_port, mesh = free(), free(), free()
    ports = begin(METRICS_PORT=metrics, WATCHER_PORT=watcher_port, MESH_PORT=mesh)
    url = f"http://127.0.0.1:{ports.http.port}/"
    assert requests.post(url, data=b"hi", timeout=10).content == b"hi"
    assert requests.get(f"http://127.0.0.1:{metrics}/metrics", timeout=10).status_code == 200
    assert not listens(watcher_port)  # not before gRPC is asked for
    listeners.open_grpc(ports.settings, ports.function, ports)
    assert [call_grpc(port) for port in (watcher_port, mesh)] == ["x", "x"]


def test_where_no_grpc_port_is_set_none_is_opened(begin):
    ports = begin()
    listeners.open_grpc(ports.settings, ports.function, ports)
    ports.end()
    assert ports.drain(time.monotonic() + 10)
    assert ports.metrics is None


# A process that cannot start ends, and what it had bound by then with it; here it is collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", ["PORT", "METRICS_PORT", "WATCHER_PORT", "MESH_PORT"])
def test_a_taken_port_is_named_by_its_setting(begin, name):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StartError) as caught:
            begin(**{name: port})
    assert caught.value.message == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use; set {name}"
    )
    del caught
    gc.collect()


def test_a_host_that_is_not_this_machines_is_told(begin):
    with pytest.raises(StartError, match=r"cannot listen on 192\.0\.2\.1:0: .*; set HOST"):
        begin(HOST="192.0.2.1")


@pytest.mark.alone
def test_a_host_without_an_address_is_told(begin):
    with pytest.raises(StartError, match=r"HOST 'nowhere\.invalid' cannot be used: "):
        begin(HOST="nowhere.invalid")


def test_grpc_that_comes_after_the_drain_opens_nothing(begin, free):
    port = free()
    ports = begin(WATCHER_PORT=port)
    ports.end()
    assert ports.drain(time.monotonic() + 10)
    listeners.open_grpc(ports.settings, ports.function, ports)
    assert not listens(port)


def behind(ports):
    """Makes calls that wait, and gives the dict their answers come into."""
    answers = {}
    url = f"http://127.0.0.1:{ports.http.port}/"
    kinds = {
        "http": lambda: requests.post(url, data=b"wait", timeout=20).content,
        "grpc": lambda: call_grpc(ports.settings.watcher_port, b"wait"),
    }

    def call(name):
        try:
            answers[name] = kinds[name]()
        except (grpc.RpcError, requests.ConnectionError) as error:
            answers[name] = error

    threads = [threading.Thread(target=call, args=(name,)) for name in kinds]
    for thread in threads:
        thread.start()
    until(lambda: ports.function.runner.inflight == len(kinds))
    return answers, threads


def test_a_drain_finishes_calls_of_both_doors(begin, free):
    ports = begin(WATCHER_PORT=free())
    listeners.open_grpc(ports.settings, ports.function, ports)
    answers, threads = behind(ports)
    ports.end()
    threading.Timer(0.1, ports.held.set).start()  # while it drains: http needs this thread for it
    assert ports.drain(time.monotonic() + 20)
    for thread in threads:
        thread.join(10)
    assert answers == {"http": b"wait", "grpc": "wait"}


def test_a_drain_ends_at_its_deadline(begin, free):
    ports = begin(WATCHER_PORT=free())
    listeners.open_grpc(ports.settings, ports.function, ports)
    answers, threads = behind(ports)
    ports.end()
    assert not ports.drain(time.monotonic() + 0.2)
    ports.close()
    for thread in threads:
        thread.join(10)
    assert isinstance(answers["grpc"], grpc.RpcError)
    assert isinstance(answers["http"], requests.ConnectionError)
