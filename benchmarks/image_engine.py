"""The container engine's command line, with a clock."""

import http.client
import os
import re
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchmarkError, CannotMeasure
from benchmarks.memory_growth import MEGABYTE
from benchmarks.program import ROOT

_LIMIT_SECONDS = 60.0
_POLL_SECONDS = 0.005
_UNITS = {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}
_SIZE = re.compile(r"([\d.]+)(B|kB|MB|GB)$")
# What an image is made of, for copies of this checkout.
_CONTEXT = ("Dockerfile", ".dockerignore", "watcher", "dcf", "handler", "models", "requirements",
            "deploy/image")  # fmt: skip


@dataclass(frozen=True)
class Build:
    """One build.

    Attributes:
        seconds: From the command's start to its end.
        steps: Steps that ran, those taken from the cache left out.
    """

    seconds: float
    steps: int


@dataclass(frozen=True)
class Start:
    """One start of a container that serves.

    Attributes:
        answered: Seconds from the command's start to the first answer.
        ready: Seconds from there to `/_/ready`, too; at least `answered`.
    """

    answered: float
    ready: float


class ContainerEngine:
    """Docker's command line, or one that takes the same words."""

    def __init__(self) -> None:
        """Takes the command that DOCKER names.

        Raises:
            CannotMeasure: It does not answer.
        """
        self._command = os.environ.get("DOCKER") or "docker"
        try:
            answer = self.run("version", check=False)
        except OSError as error:
            raise CannotMeasure(f"{self._command} cannot be run: install docker") from error
        if answer.returncode:
            raise CannotMeasure("no container engine answers: sh tests/container/engine.sh up")

    def run(
        self, *arguments: str, check: bool = True, seconds: float = 1200
    ) -> "subprocess.CompletedProcess[str]":
        """Runs a command.

        Raises:
            BenchmarkError: It failed, where `check` asks for that.
        """
        done = subprocess.run(
            [self._command, *arguments], capture_output=True, text=True, timeout=seconds,
            env={**os.environ, "DOCKER_BUILDKIT": "1"}, check=False, cwd=ROOT,
        )  # fmt: skip
        if check and done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise BenchmarkError(f"{self._command} {arguments[0]} failed: {last}")
        return done

    def build(self, tag: str, folder: Path, *flags: str) -> Build:
        """Builds an image from a folder with this project's Dockerfile."""
        certificate = os.environ.get("PIP_CERT")
        secret = ["--secret", f"id=cacert,src={certificate}"] if certificate else []
        began = time.monotonic()
        done = self.run(
            "build", "--network=host", "--progress=plain", *secret, "--tag", tag, *flags,
            str(folder),
        )  # fmt: skip
        seconds = time.monotonic() - began
        lines = done.stderr.splitlines()
        cached = {line.split(" ")[0] for line in lines if line.endswith(" CACHED")}
        steps = {
            line.split(" ")[0]
            for line in lines
            if re.match(r"#\d+ \[[\w-]+ \d+/\d+\] (RUN|COPY|WORKDIR)", line)
        }
        return Build(seconds, len(steps - cached))

    def layers(self, image: str) -> list[tuple[str, float]]:
        """What made each layer of an image, and its MB, the lowest first."""
        told = self.run("history", "--no-trunc", "--format", "{{.Size}}\t{{.CreatedBy}}", image)
        found = [line.split("\t", 1) for line in told.stdout.splitlines()]
        return [(by, _megabytes(size)) for size, by in reversed(found)]

    def packages(self, image: str) -> dict[str, float]:
        """MB of every folder and file beside Python's packages in an image, by name."""
        told = self.run(
            "run", "--rm", "--entrypoint", "sh", image, "-c",
            "cd /opt/venv/lib/python3*/site-packages && du -sk *",
        )  # fmt: skip
        lines = [line.split("\t") for line in told.stdout.splitlines()]
        return {name: float(kilobytes) * 1024 / 1e6 for kilobytes, name in lines}

    def size(self, image: str) -> float:
        """Bytes of an image, in MB."""
        return float(self.run("inspect", "--format", "{{.Size}}", image).stdout) / MEGABYTE

    @contextmanager
    def container(
        self, image: str, flags: Sequence[str], body: bytes
    ) -> Iterator[tuple[str, int, Start]]:
        """A container that has answered once: its name, its port here, and how long that took.

        Raises:
            BenchmarkError: It did not answer in time.
        """
        name, port = f"benchmark-{uuid.uuid4().hex[:12]}", _free_port()
        began = time.monotonic()
        self.run(
            "run", "--detach", "--name", name, "--publish", f"127.0.0.1:{port}:8080", *flags, image
        )
        try:
            answered = _until(began, port, "POST", "/", body)
            yield name, port, Start(answered, _until(began, port, "GET", "/_/ready", None))
        finally:
            self.run("rm", "--force", name, check=False)

    def memory(self, name: str) -> tuple[float, float]:
        """MB that a container's first process has now, and that its group had at most."""
        told = self.run(
            "exec", name, "sh", "-c",
            "grep VmRSS /proc/1/status; cd /sys/fs/cgroup; "
            "cat memory.peak memory/memory.max_usage_in_bytes 2>/dev/null || true",
        ).stdout.split()  # fmt: skip
        return float(told[1]) * 1024 / MEGABYTE, float(told[3]) / MEGABYTE


def copy_of_context(folder: Path) -> Path:
    """Copies what images are made of, so that no file of this checkout is touched."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *_CONTEXT],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def _megabytes(size: str) -> float:
    found = _SIZE.match(size)
    if not found:
        raise BenchmarkError(f"the engine tells a size as {size!r}")
    return float(found[1]) * _UNITS[found[2]] / 1e6


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _until(began: float, port: int, method: str, path: str, body: bytes | None) -> float:
    """Seconds from `began` to the first 200; the engine's proxy accepts before anybody listens."""
    while time.monotonic() - began < _LIMIT_SECONDS:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request(method, path, body)
            if connection.getresponse().status == 200:
                return time.monotonic() - began
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(_POLL_SECONDS)
    raise BenchmarkError(f"the container did not answer {method} {path} in {_LIMIT_SECONDS:g} s")
