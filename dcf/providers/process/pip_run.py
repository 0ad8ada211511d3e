"""One run of pip: in an environment, bounded in time, ended with all it started."""

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

_LONGEST_SECONDS = 1800.0
_OPTIONS = ("--no-input", "--disable-pip-version-check", "--progress-bar=off", "--compile")
# What a waiting person wants to see; the rest is about what is here already, and where.
_TOLD = (
    "Collecting", "Downloading", "Using cached", "Processing", "Preparing", "Building",
    "Installing", "Successfully", "ERROR", "error",
)  # fmt: skip
# Where it quotes a line of a file, and where it says which one that was.
_QUOTES = re.compile(
    r"invalid requirement|not a valid editable|invalid marker|invalid url", re.IGNORECASE
)
_PLACE = re.compile(r"line \d+ of [^\s()]+")
_CONFLICT = "which is incompatible."
# These would turn pip away from the environment that it is run in.
_TURNED_OFF = {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_ROOT"}


async def run_pip(
    python: Path, requirements: Path, tell: Callable[[str], None], before: Sequence[str] = ()
) -> str:
    """Install a requirements file; empty when that succeeded, else the reason in one line.

    Args:
        python: The interpreter of the environment.
        requirements: The file; paths in it are relative to its folder.
        tell: Takes pip's progress, one line at a time.
        before: The words before its own: what it builds is code of the function.
    """
    pip = await asyncio.create_subprocess_exec(
        *(*before, str(python), "-m", "pip", "install", *_OPTIONS, "-r", str(requirements)),
        cwd=requirements.parent,
        env={key: value for key, value in os.environ.items() if key not in _TURNED_OFF},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            return await _read(pip, f"{requirements.parent}/", tell)
    except TimeoutError:
        return f"pip was not done after {_LONGEST_SECONDS:g} s"
    finally:
        if pip.returncode is None:
            # Its group: a build that it started must not go on writing.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pip.pid, signal.SIGKILL)
            await pip.wait()


async def _read(pip: asyncio.subprocess.Process, folder: str, tell: Callable[[str], None]) -> str:
    """Read what pip says to its end, without the folder that means nothing to a reader."""
    assert pip.stdout is not None
    said = _Said()
    while raw := await _line(pip.stdout):
        line = said.hear(raw.decode(errors="replace").strip().replace(folder, ""))
        if line.startswith(_TOLD) or line.endswith(_CONFLICT):
            tell(line)
    return said.reason() if await pip.wait() else ""


class _Said:
    """What pip said so far. It quotes lines that it cannot read, which are nobody's to see."""

    def __init__(self) -> None:
        self._last, self._error = "pip said nothing", ""
        self._place: str | None = None

    def hear(self, line: str) -> str:
        """Take a line; gives what may be told of it."""
        if _QUOTES.search(line) and self._place is None:
            self._place = ""
        if self._place is not None:  # what follows belongs to the quotation
            if found := _PLACE.search(line):
                self._place = f" ({found[0]})"
            return ""
        if line.lower().startswith("error"):
            self._error = line
        elif line:
            self._last = line
        return line

    def reason(self) -> str:
        """Why it failed, in one line."""
        if self._place is not None:
            return f"Invalid requirement{self._place}: see the file; its lines are not shown here"
        if self._last.endswith("No module named pip"):
            return "pip is not installed beside dcf: install it, or leave requirements.txt out"
        return self._error or self._last


async def _line(stream: asyncio.StreamReader) -> bytes:
    """The next line, empty at the end; one that is too long to be for people is left out."""
    while True:
        with contextlib.suppress(ValueError):
            return await stream.readline()
