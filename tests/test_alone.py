"""What keeps the tests on this machine: sockets of theirs that would leave it, and `alone`."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def one_test(tmp_path, body):
    """Runs a test of its own under this project's conftest."""
    (tmp_path / "conftest.py").write_bytes((ROOT / "tests" / "conftest.py").read_bytes())
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    alone: apart\n    docker: d\n"
                                         "    browser: b\n    kubernetes: k\n")  # fmt: skip
    (tmp_path / "test_it.py").write_text(f"import pytest, socket, asyncio\n\n{body}")
    environ = {key: value for key, value in os.environ.items() if key != "DCF_TEST_ALONE"}
    return subprocess.run(
        # Where nothing could leave even if the guard did not hold.
        ["unshare", "--map-root-user", "--net", sys.executable, "-m", "pytest", "-q", "test_it.py"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


LEAVE = (
    "socket.create_connection(('8.8.8.8', 80), 1)",
    "socket.create_connection(('2606:4700::1', 80), 1)",
    "socket.create_connection(('::ffff:8.8.8.8', 80), 1)",
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('10.0.0.1', 53))",
    "socket.socket().connect(('169.254.169.254', 80))",
    "socket.getaddrinfo('nobody.invalid', 80)",
    "socket.gethostbyname('example.org')",
    "asyncio.run(asyncio.open_connection('192.0.2.1', 80))",
)
STAY = (
    "reach('127.0.0.1')",
    "reach('127.9.9.9')",
    "reach('localhost')",
    "reach('::1')",
    "reach('::ffff:127.0.0.1')",
    "socket.getaddrinfo('8.8.8.8', 80)",
    "socket.getaddrinfo('localhost', 80)",
)
STEPS = """
def reach(host):
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as one:
        assert one.connect_ex((host, 9))

@pytest.mark.parametrize("step", {steps})
@pytest.mark.filterwarnings("ignore")
def test_it(step):
    try:
        eval(step)
    except OSError:
        pass
"""


def test_a_test_that_would_leave_this_machine_fails_even_if_it_does_not_mind(tmp_path):
    done = one_test(tmp_path, STEPS.replace("{steps}", repr(LEAVE)))
    assert f"{len(LEAVE)} errors" in done.stdout
    assert done.stdout.count("AssertionError: this test would have reached") >= len(LEAVE)


def test_this_machine_may_be_reached(tmp_path):
    done = one_test(tmp_path, STEPS.replace("{steps}", repr(STAY)))
    assert done.returncode == 0, done.stdout
    assert f"{len(STAY)} passed" in done.stdout


@pytest.mark.alone
def test_alone_there_is_nothing_but_a_loopback():
    assert [name for _, name in socket.if_nameindex()] == ["lo"]
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())
    with socket.socket() as away, pytest.raises(OSError, match="unreachable"):
        away.connect(("192.0.2.1", 80))


def test_a_failure_alone_is_a_failure(tmp_path):
    done = one_test(tmp_path, "@pytest.mark.alone\ndef test_it():\n    assert 1 == 2\n")
    assert done.returncode == 1
    assert "assert 1 == 2" in done.stdout
