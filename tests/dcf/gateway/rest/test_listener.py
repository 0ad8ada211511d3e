"""Crowds at the REST port: who says nothing stops nobody, running out of files burns nothing."""

import contextlib
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from dcf.gateway.bounds import SPARE, Bounds

FILES = 256
NOBODY_SPOKE = 300
FOLLOW = b"GET /system/logs?name=echo&follow=true HTTP/1.1\r\nHost: localhost\r\n\r\n"


def connected(port: int, count: int, source: str = "127.0.0.1") -> Iterator[socket.socket]:
    """Connections from one address of this machine, as many as the gateway's machine takes."""
    for _ in range(count):
        with contextlib.suppress(OSError):
            yield socket.create_connection(("127.0.0.1", port), 20, (source, 0))


def port_of(rest: str) -> int:
    return int(rest.rpartition(":")[2])


@pytest.fixture
def held() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(name="bounded")
def _bounded(background):
    """`bounded(connections, per_address)` starts a gateway with the function `f`, which is slow."""

    def start(connections: int, per_address: int):
        made = background(bounds=Bounds(connections=connections, per_address=per_address))
        deployed = made.ask("POST", "/system/functions", json={"service": "f", "image": "i"})
        assert deployed.status_code == 202
        made.slow.set()
        return made

    return start


def asks_slowly(port: int, source: str = "127.0.0.1") -> socket.socket:
    """A call that is at work until its caller leaves."""
    one = socket.create_connection(("127.0.0.1", port), 20, (source, 0))
    one.sendall(b"POST /function/f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nslow")
    return one


def status_from(port: int, source: str, path: str) -> int:
    with socket.create_connection(("127.0.0.1", port), 20, (source, 0)) as one:
        one.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return int(one.recv(100).split()[1])


def test_silent_connections_stop_nobody(gateways, write_function, tmp_path, held):
    gateway = gateways(files=FILES)
    gateway.deploy(write_function(tmp_path / "function"))
    for one in connected(port_of(gateway.rest), NOBODY_SPOKE):
        held.enter_context(one)
    for _ in range(3):
        assert requests.get(f"{gateway.rest}/healthz", timeout=20).status_code == 200
        assert requests.get(f"{gateway.rest}/system/functions", timeout=20).status_code == 200
        called = requests.post(f"{gateway.rest}/function/echo", data=b"x" * 100, timeout=20)
        assert called.content == b"x" * 100
    assert gateway.end() == 0
    assert len(gateway.said) < 20


def test_a_client_with_a_kept_connection_is_not_pushed_out(bounded, held):
    gateway = bounded(8, 8)
    with requests.Session() as session:
        assert session.get(gateway.server.rest + "/healthz", timeout=20).status_code == 200
        pool = session.get_adapter(gateway.server.rest).poolmanager
        for one in connected(port_of(gateway.server.rest), 40):
            held.enter_context(one)
        assert session.get(gateway.server.rest + "/healthz", timeout=20).status_code == 200
        (opened,) = [pool.pools[key].num_connections for key in list(pool.pools.keys())]
        assert opened == 1


def test_the_soft_limit_of_files_is_raised(gateways):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lower = min(soft, 200)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lower, hard))
    try:
        gateway = gateways()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert resource.prlimit(gateway.process.pid, resource.RLIMIT_NOFILE) == (hard, hard)


def test_a_gateway_does_not_start_with_more_connections_than_files(dcf, tmp_path):
    done = dcf(
        "gateway", "start", "--home", tmp_path, "--port", "0", "--max-connections", "1048576"
    )
    assert done.returncode == 1
    assert b"raise it (ulimit -n), or ask for less (--max-connections" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_running_out_of_files_is_told_once_and_outlived(gateways, held):
    gateway = gateways("--log-level", "warning", files=FILES)
    used = max(int(each.name) for each in Path(f"/proc/{gateway.process.pid}/fd").iterdir()) + 1
    resource.prlimit(gateway.process.pid, resource.RLIMIT_NOFILE, (used, FILES))
    for one in connected(port_of(gateway.rest), 50):
        held.enter_context(one)
    first = gateway.process.stdout.readline()
    assert "cannot take connections" in first, first
    resource.prlimit(gateway.process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
    assert requests.get(f"{gateway.rest}/healthz", timeout=20).status_code == 200
    assert gateway.end() == 0
    told = [line for line in gateway.said if "cannot take" in line or "system resource" in line]
    assert told == []


def test_above_the_limit_health_and_system_answer_and_calls_do_not(bounded, held, wait_for):
    gateway = bounded(8, 8)
    port = port_of(gateway.server.rest)
    busy = [held.enter_context(asks_slowly(port)) for _ in range(8)]
    wait_for(lambda: len(gateway.call_ids) == 8)
    for path in ("/healthz", "/system/functions", "/metrics", "/openfx/healthz", "/"):
        assert gateway.ask("GET", path).status_code == 200
    for path in ("/function/f", "/async-function/f/x"):
        refused = gateway.ask("POST", path, data=b"call")
        assert refused.status_code == 503
        assert refused.headers["X-Error-Code"] == "too_many_connections"
        assert refused.headers["Retry-After"] == "1"
        assert refused.json()["error"]["code"] == "too_many_connections"
    assert gateway.ask("POST", "/openfx/function/f", data=b"call").status_code == 503
    assert (
        'gateway_refused_total{code="too_many_connections",door="rest"} '
        in gateway.ask("GET", "/metrics").text
    )
    silent = [held.enter_context(one) for one in connected(port, 3 * SPARE)]
    assert len(silent) == 3 * SPARE
    assert gateway.ask("GET", "/healthz").status_code == 200
    assert not gateway.left.is_set()
    for one in (*silent, *busy[1:]):
        one.close()
    wait_for(lambda: gateway.ask("POST", "/function/f", data=b"call").status_code == 200)


def test_one_address_takes_no_more_than_its_share(bounded, held, wait_for):
    gateway = bounded(8, 4)
    port = port_of(gateway.server.rest)
    for _ in range(4):
        held.enter_context(asks_slowly(port, "127.0.0.2"))
    wait_for(lambda: len(gateway.call_ids) == 4)
    assert status_from(port, "127.0.0.2", "/function/f") == 503
    assert status_from(port, "127.0.0.2", "/healthz") == 200
    assert status_from(port, "127.0.0.3", "/function/f") == 200
    for one in connected(port, 30, "127.0.0.2"):
        held.enter_context(one)
    assert status_from(port, "127.0.0.3", "/function/f") == 200


def test_when_the_spare_ones_are_busy_too_more_are_turned_away(
    gateways, write_function, tmp_path, held, wait_for
):
    gateway = gateways("--max-connections", "2", "--max-connections-per-address", "2")
    gateway.deploy(write_function(tmp_path / "function"))
    for _ in range(2 + SPARE):
        one = socket.create_connection(("127.0.0.1", port_of(gateway.rest)), 20)
        held.enter_context(one).sendall(FOLLOW)
        assert one.recv(100).startswith(b"HTTP/1.1 200")
    with socket.create_connection(("127.0.0.1", port_of(gateway.rest)), 20) as refused:
        assert refused.recv(100).startswith(b"HTTP/1.1 503")
    one.close()
    wait_for(lambda: requests.get(f"{gateway.rest}/healthz", timeout=20).status_code == 200)
    text = requests.get(f"{gateway.rest}/metrics", timeout=20).text
    assert 'gateway_refused_total{code="too_many_connections",door="rest"} ' in text
