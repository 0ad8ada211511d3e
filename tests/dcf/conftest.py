"""Real gateways with real watchers, on free ports, ended with the test that started them."""

import contextlib
import fcntl
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.dcf.fake_engine import fake_engine, flags_of, with_engine  # noqa: F401 - fixtures
from tests.dcf.stand_in import StandIn
from tests.kubernetes.fake.cluster import cluster_in, on_cluster
from tests.waiting import until

ECHO = """
import os

class Named:
    body, headers = b"named", {"X-Model": "echo-1 (abc)"}

class Handler:
    def __call__(self, req):
        if req.input == b"raise":
            raise RuntimeError("secret words of the handler")
        if req.input == b"exit":
            os._exit(3)
        if req.input == b"where":
            return __file__
        if req.input == b"named":
            return Named()
        if req.input == b"how":
            return " ".join(f"{key}={value}" for key, value in req.query.items()) + " " + req.accept
        return req.input
"""
_READY = re.compile(r"Gateway: (https?://\S+) \(REST\), (\S+) \(gRPC\)")


@dataclass
class RunningGateway:
    """A `dcf gateway start` and what it said."""

    process: subprocess.Popen[str]
    home: Path
    rest: str
    grpc: str
    said: list[str] = field(default_factory=list)

    def dcf(
        self, *arguments: str | Path, stdin: bytes = b"", gateway: str = ""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a `dcf function` verb against it."""
        verb, *rest = map(str, arguments)
        command = [sys.executable, "-m", "dcf", "function", verb, "-g", gateway or self.rest, *rest]
        return subprocess.run(command, input=stdin, capture_output=True, timeout=60, check=False)

    def deploy(self, config: Path) -> None:
        """Deploy a config file; it must become ready."""
        done = self.dcf("create", "-f", config)
        assert done.returncode == 0, done.stderr.decode()

    def children(self) -> list[int]:
        """Process ids of its watchers: each is the child of a supervisor."""
        parents, supervisors = _parents(), self.supervisors()
        return [pid for pid, parent in parents.items() if parent in supervisors]

    def supervisors(self) -> list[int]:
        """Process ids of those who look after its watchers."""
        return [pid for pid, parent in _parents().items() if parent == self.process.pid]

    def end(self, number: int = signal.SIGTERM) -> int:
        """Signal it, wait for its end, give its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            assert self.process.stdout is not None
            self.said += self.process.stdout.read().splitlines()
            self.process.stdout.close()


def _parents() -> dict[int, int]:
    """The parent of every process there is."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended while we looked
            _state, parent = stat.read_text().rsplit(")", 1)[1].split()[:2]
            parents[int(stat.parent.name)] = int(parent)
    return parents


def _start_gateway(home: Path, *flags: str | Path, files: int = 0) -> RunningGateway:
    """Start a gateway and wait until its doors are open; `files` is its limit of open files."""
    command = [sys.executable, "-m", "dcf", "gateway", "start", "--port", "0", "--grpc-port", "0"]
    if files:
        command = ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh", *command]
    process = subprocess.Popen(
        [*command, "--home", str(home), *map(str, flags)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=_clean_environ(),
    )
    assert process.stdout is not None
    # Its log is read at the end: a gateway of many deploys must not wait for that before.
    fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 1 << 20)
    said: list[str] = []
    for line in process.stdout:
        said.append(line.rstrip())
        if found := _READY.search(line):
            return RunningGateway(process, home, found[1], found[2], said)
    process.wait(timeout=10)
    process.stdout.close()
    raise AssertionError("\n".join(said))


def _write_function(folder: Path, function: str = "echo", code: str = ECHO, **handler: str) -> Path:
    """A function's folder with one handler; gives its config file."""
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "src" / "handler.py").write_text(code)
    extra = "".join(f"      {key}: {value}\n" for key, value in handler.items())
    config = folder / "config.yaml"
    config.write_text(f"functions:\n  {function}:\n    handler:\n      dir: ./src\n{extra}")
    return config


def _is_alive(pid: int) -> bool:
    """Tell whether a process runs (and is no zombie)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def gateways(tmp_path: Path) -> Iterator[Callable[..., RunningGateway]]:
    """Start gateways that end with the test; the same home unless another is named."""
    started: list[RunningGateway] = []

    def start(*flags: str | Path, home: Path = tmp_path / "home", files: int = 0) -> RunningGateway:
        started.append(_start_gateway(home, *flags, files=files))
        return started[-1]

    yield start
    for gateway in started:
        if gateway.process.poll() is None:
            gateway.end()
        if gateway.process.stdout is not None:
            gateway.process.stdout.close()  # it may have been killed


@pytest.fixture(scope="session")
def echo_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    """One gateway with the function `echo`, shared by tests that leave it as it is."""
    folder = tmp_path_factory.mktemp("echo")
    gateway = _start_gateway(folder / "home")
    gateway.deploy(_write_function(folder / "function"))
    yield gateway
    gateway.end()


@pytest.fixture(scope="module")
def place() -> str:
    """Where functions run: `process`; a module with a fixture of this name says otherwise."""
    return "process"


@pytest.fixture(scope="module")
def place_flags(
    place: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str | Path, ...]]:
    """Flags of a gateway for that place; of a cluster, there is one for all tests of a module."""
    if place == "process":
        yield ()
        return
    folder = tmp_path_factory.mktemp("cluster")
    with cluster_in(folder) as cluster:
        yield on_cluster(cluster, folder)


@pytest.fixture(scope="module")
def module_gateway(
    place_flags: tuple[str | Path, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGateway]:
    """One gateway for the tests of a module, which deploy what they like to it."""
    gateway = _start_gateway(tmp_path_factory.mktemp("module") / "home", *place_flags)
    yield gateway
    if gateway.process.poll() is None:
        gateway.end()


@pytest.fixture(scope="session")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    """One gateway with `v`, deployed as `one` and then as `two`; tests leave both there."""
    folder = tmp_path_factory.mktemp("versions")
    gateway = _start_gateway(folder / "home")
    code = "def handle(body):\n    print('said {0}', flush=True)\n    return '{0}'\n"
    for version in ("one", "two"):
        gateway.deploy(_write_function(folder, "v", code.format(version), name="handle"))
    yield gateway
    gateway.end()


@pytest.fixture(name="start_gateway", scope="session")
def _start_gateway_fixture() -> Callable[..., RunningGateway]:
    """`start_gateway(home, *flags)`; who starts one ends it."""
    return _start_gateway


@pytest.fixture(name="write_function", scope="session")
def _write_function_fixture() -> Callable[..., Path]:
    """`write_function(folder, name, code, **handler keys)` gives a config file."""
    return _write_function


@pytest.fixture(name="wait_for", scope="session")
def _wait_for_fixture() -> Callable[..., object]:
    """`wait_for(condition, seconds)` fails when it does not come to be so."""
    return until


@pytest.fixture(name="is_alive", scope="session")
def _is_alive_fixture() -> Callable[[int], bool]:
    """`is_alive(pid)`."""
    return _is_alive


def _clean_environ() -> dict[str, str]:
    """This process's environment without what would tell a command of another gateway."""
    dropped = ("DCF_", "OPENF", "XDG_CONFIG_HOME", "NO_COLOR")
    return {key: value for key, value in os.environ.items() if not key.startswith(dropped)}


@pytest.fixture(scope="session")
def dcf() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """`dcf(*arguments, stdin=b"", cwd=None, **environ)` runs it to its end."""

    def run(
        *arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None, **environ: str
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "dcf", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            timeout=60,
            cwd=cwd,
            env={**_clean_environ(), **environ},
            check=False,
        )

    return run


@pytest.fixture
def start_dcf() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """`start_dcf(*arguments, **options of Popen)` starts it, its output in pipes as text."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "dcf", *map(str, arguments)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=_clean_environ(),
                **options,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """A gateway that answers from a table; for what a real one would not say when it is asked."""
    one = StandIn()
    yield one
    one.close()
