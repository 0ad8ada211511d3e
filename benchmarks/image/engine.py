"""The container engine's command line, with a clock."""

import os
import re
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness.accounting import MEGABYTE
from benchmarks.harness.address import Address, free_ports
from benchmarks.harness.calls import first_answer
from benchmarks.harness.environment import ROOT
from benchmarks.harness.errors import BenchmarkError, CannotMeasure

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
        answer = self.run("history", "--no-trunc", "--format", "{{.Size}}\t{{.CreatedBy}}", image)
        found = [line.split("\t", 1) for line in answer.stdout.splitlines()]
        return [(by, _megabytes(size)) for size, by in reversed(found)]

    def packages(self, image: str) -> dict[str, float]:
        """MB of every folder and file beside Python's packages in an image, by name."""
        answer = self.run(
            "run", "--rm", "--entrypoint", "sh", image, "-c",
            "cd /opt/venv/lib/python3*/site-packages && du -sk *",
        )  # fmt: skip
        lines = [line.split("\t") for line in answer.stdout.splitlines()]
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
        name, (port,) = f"benchmark-{uuid.uuid4().hex[:12]}", free_ports(1)
        began = time.perf_counter()
        self.run(
            "run", "--detach", "--name", name, "--publish", f"127.0.0.1:{port}:8080", *flags, image
        )
        try:
            # The engine's proxy accepts before anybody listens.
            request, asked = Address(port).request(body), Address(port, "/_/ready").get()
            answered = first_answer(port, request, began, pause=_POLL_SECONDS)
            ready = first_answer(port, asked, began, pause=_POLL_SECONDS)
            yield name, port, Start(answered, ready)
        finally:
            self.run("rm", "--force", name, check=False)

    def memory(self, name: str) -> tuple[float, float]:
        """MB that a container's first process has now, and that its group had at most."""
        answer = self.run(
            "exec", name, "sh", "-c",
            "grep VmRSS /proc/1/status; cd /sys/fs/cgroup; "
            "cat memory.peak memory/memory.max_usage_in_bytes 2>/dev/null || true",
        ).stdout.split()  # fmt: skip
        return float(answer[1]) * 1024 / MEGABYTE, float(answer[3]) / MEGABYTE


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
        raise BenchmarkError(f"the engine gives a size as {size!r}")
    return float(found[1]) * _UNITS[found[2]] / 1e6
