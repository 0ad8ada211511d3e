"""The container engine's command line: docker, or another that takes the same words."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from ..errors import EngineFailed

VARIABLE = "DCF_ENGINE"
_USUAL = ("docker", "podman")
_QUESTION_SECONDS = 60  # an engine that is being started answers late
_END_SECONDS = 10
# docker's better builder; podman's images with their health check.
_HABITS = {"DOCKER_BUILDKIT": "1", "BUILDAH_FORMAT": "docker"}
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Watch(Protocol):
    """Who follows what the engine writes while it works."""

    def line(self, text: str) -> None:
        """Take a line."""

    def done(self) -> None:
        """It has ended."""

    def recall(self) -> None:
        """It failed, and nobody knows better words: show the lines there were."""


@dataclass(frozen=True)
class Engine:
    """An engine that answers.

    Attributes:
        command: What its command line begins with.
        is_podman: Whether it is podman, under whatever name.
    """

    command: tuple[str, ...]
    is_podman: bool = False

    @property
    def name(self) -> str:
        """What to call it when speaking to a person."""
        return " ".join(self.command)

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command that ends at once; raises `EngineFailed` if it does not."""
        try:
            return subprocess.run(
                [*self.command, *arguments],
                capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL,
                timeout=_QUESTION_SECONDS, check=False,
            )  # fmt: skip
        except OSError as fault:
            raise EngineFailed(
                f"container engine {self.name} cannot be run ({fault.strerror}): install docker or "
                f"podman, or name another with {VARIABLE}"
            ) from fault
        except subprocess.TimeoutExpired as fault:
            raise EngineFailed(
                f"container engine {self.name} has not answered `{arguments[0]}` within "
                f"{_QUESTION_SECONDS} s: look at its own log"
            ) from fault

    def work(self, watch: Watch, *arguments: str) -> list[str]:
        """Run a command that takes its time, every line of it to `watch`; gives the lines.

        Raises:
            EngineFailed: With its exit status; Ctrl-C ends it, too.
        """
        lines: list[str] = []
        with subprocess.Popen(
            [*self.command, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            text=True, errors="replace", env={**_HABITS, **os.environ},
        ) as process:  # fmt: skip
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    lines.append(_ESCAPES.sub("", line.rstrip()))
                    watch.line(lines[-1])
                status = process.wait()
            except BaseException:
                _end(process)
                raise
            finally:
                watch.done()
        if status:
            raise _Ended(f"{self.name} {arguments[0]} ended with {status}", lines)
        return lines

    def has(self, image: str) -> bool:
        """Tell whether an image is here."""
        return self.ask("image", "inspect", image).returncode == 0

    def look(self, image: str) -> Mapping[str, object]:
        """What the engine knows of an image that is here; raises `EngineFailed`."""
        told = self.ask("image", "inspect", image)
        if told.returncode:
            raise EngineFailed(f"image {image} is not here: `dcf function build` makes it")
        found: Mapping[str, object] = json.loads(told.stdout)[0]
        return found


class _Ended(EngineFailed):
    """A command ended badly; has its lines."""

    def __init__(self, message: str, lines: list[str]) -> None:
        super().__init__(message)
        self.lines = lines


def words_of(fault: EngineFailed) -> str:
    """What the engine wrote before it failed, as one text in lower case."""
    return "\n".join(getattr(fault, "lines", ())).lower()


def find_engine(environ: Mapping[str, str]) -> Engine:
    """The engine that the environment names, else docker, else podman.

    Raises:
        EngineFailed: There is none, or it does not answer.
    """
    named = shlex.split(environ.get(VARIABLE, ""))
    found = named or [name for name in _USUAL if shutil.which(name)][:1]
    if not found:
        raise EngineFailed(
            f"no container engine: neither {' nor '.join(_USUAL)} is on PATH; install one, or name "
            f"another with {VARIABLE}"
        )
    engine = Engine(tuple(found))
    told = engine.ask("version")
    if told.returncode:
        reason = (told.stderr.strip() or told.stdout.strip() or "no reason given").splitlines()[-1]
        raise EngineFailed(
            f"container engine {engine.name} does not answer ({reason}): start it, or name another "
            f"with {VARIABLE}"
        )
    return replace(engine, is_podman="podman" in told.stdout.lower())


def _end(process: subprocess.Popen[str]) -> None:
    """End a command as Ctrl-C does, by force if it does not listen."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
