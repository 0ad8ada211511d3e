"""One step as a program of its own: what it says, how it ends; it ends with its caller."""

import os
import selectors
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple

from ..search import attached
from .signals import Signals

_PIECE = 1 << 16


class Program(NamedTuple):
    """What is run, and where.

    Attributes:
        command: The program and its words.
        folder: Where it runs.
        lock: A file that stays locked until it has ended.
    """

    command: tuple[str, ...]
    folder: Path
    lock: int


Hear = Callable[[bool, bytes], None]
"""Takes what a program said: whether it was its output (not its notes), and the bytes."""


def verb_command(package: str) -> tuple[str, ...]:
    """How a verb of this same installation is started, whatever lies where it runs.

    Args:
        package: The package of the command.
    """
    return (sys.executable, "-P", "-m", package)


def run(program: Program, hear: Hear, signals: Signals) -> int:
    """Runs a program to its end, and gives its exit status; minus the signal that ended it.

    It gets SIGTERM when this process ends, however that happens.

    Args:
        program: What is run.
        hear: Gets what it says, while it says it.
        signals: What is passed on to it and to what it started.
    """
    with subprocess.Popen(
        (*_attached(), *program.command), cwd=program.folder, env=_environment(), bufsize=0,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        process_group=0, pass_fds=(program.lock,),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        with signals.passed_on_to(process.pid):
            _listen(process, {process.stdout: True, process.stderr: False}, hear)
            return process.wait()


def _listen(process: "subprocess.Popen[bytes]", pipes: "dict[IO[bytes], bool]", hear: Hear) -> None:
    """Hears until the program has ended, though something that it started may keep its pipes."""
    ended = os.pidfd_open(process.pid)
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(ended, selectors.EVENT_READ)
            for pipe, is_output in pipes.items():
                os.set_blocking(pipe.fileno(), False)
                selector.register(pipe, selectors.EVENT_READ, is_output)
            running = True
            while running:
                ready = [key for key, _ in selector.select()]
                running = all(key.fileobj != ended for key in ready)
                for key in ready if running else list(selector.get_map().values()):
                    if key.fileobj == ended:
                        continue
                    while piece := _piece(key.fd):
                        hear(key.data, piece)
                    if piece is not None:
                        selector.unregister(key.fileobj)
    finally:
        os.close(ended)


def _piece(pipe: int) -> bytes | None:
    """What a pipe has now; nothing at its end; None while it has nothing."""
    try:
        return os.read(pipe, _PIECE)
    except BlockingIOError:
        return None


def _environment() -> dict[str, str]:
    """This one's, and where its modules are; a folder that a step runs in is never searched."""
    found = os.pathsep.join(os.path.abspath(path) for path in sys.path if path)  # noqa: PTH100 - links stay
    return os.environ | {"PYTHONPATH": found, "PYTHONUNBUFFERED": "1", "PYTHONSAFEPATH": "1"}


def _attached() -> tuple[str, ...]:
    """What ends a program together with this process, however that ends."""
    return (*verb_command(attached.__name__), str(os.getpid()))
