"""What holds for all tests: nothing they do leaves this machine."""

import importlib.util
import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import sys

import pytest

from tests.emulators import (  # noqa: F401 - fixtures
    bigquery,
    bigquery_addresses,
    mlflow_address,
    s3,
    s3_address,
)

if importlib.util.find_spec("hypothesis"):
    from hypothesis import settings

    # A slow machine is not a failure: speed is measured in benchmarks/, never in a test. Where a
    # change is judged (CI), the examples are the same each time; elsewhere they are new ones.
    settings.register_profile("project", deadline=None, derandomize="CI" in os.environ)
    settings.load_profile("project")

# A shell that starts the tests in the background has SIGINT ignored, and so would every program
# that they start and end by it.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Flags of this run are read by now; a run that a test starts has its own.
os.environ.pop("PYTEST_ADDOPTS", None)

_ALONE = "DCF_TEST_ALONE"
_APART = ("unshare", "--map-root-user", "--net", "sh", "-c")
# Their engines have networks of their own, with addresses of their own.
_ELSEWHERE = ("docker", "browser", "kubernetes")
_NAMES = frozenset({"", "localhost", "localhost.", socket.gethostname().lower()})
_tried: list[str] = []
_state = {"guarded": True}


class Outside(PermissionError):
    """A test would have sent something to another machine."""


def _stays(host, *, named):
    """Whether a host is this machine; `named` if it is a name that is only looked up."""
    text = host.decode(errors="replace") if isinstance(host, bytes | bytearray) else str(host or "")
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        # What inet_aton(3) reads as a number asks nobody.
        return text.lower() in _NAMES or (named and not text.rpartition(".")[2][:1].isalpha())
    mapped = getattr(address, "ipv4_mapped", None) or address
    return named or mapped.is_loopback or mapped.is_unspecified


def _guard(event, arguments):
    """An audit hook (sys.addaudithook): what it raises keeps the socket from doing it."""
    if not event.startswith("socket.") or not _state["guarded"]:
        return
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        _socket, address = arguments
        if _socket.family in {socket.AF_INET, socket.AF_INET6} and address:
            _look(address[0], named=False)
    elif event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
        _look(arguments[0], named=True)


def _look(host, *, named):
    if not _stays(host, named=named):
        _tried.append(str(host))
        raise Outside(f"a test may not reach {host}")


if not os.environ.get(_ALONE):
    sys.addaudithook(_guard)


@pytest.fixture(autouse=True)
def _stays_here(request):
    """Fails a test in which a socket of this process was to reach another machine."""
    _state["guarded"] = not any(request.node.get_closest_marker(each) for each in _ELSEWHERE)
    _tried.clear()
    yield
    _state["guarded"] = True
    assert not _tried, f"this test would have reached {', '.join(_tried)}; mark it `alone`"


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Runs a test marked `alone` again, in a network namespace with nothing but a loopback."""
    if not pyfuncitem.get_closest_marker("alone") or os.environ.get(_ALONE):
        return None
    if not shutil.which("unshare") or subprocess.run([*_APART, "true"], check=False).returncode:
        pytest.skip("network namespaces cannot be made here (unshare --net)")
    own = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(
        [*_APART, 'ip link set lo up && exec "$@"', "sh", *own, pyfuncitem.nodeid],
        cwd=pyfuncitem.config.rootpath,
        env=os.environ | {_ALONE: "1", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return True
