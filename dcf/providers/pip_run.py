"""One run of pip: in an environment, bounded in time, ended with all it started."""

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import Callable
from pathlib import Path

_LONGEST_SECONDS = 1800.0
_OPTIONS = ("--no-input", "--disable-pip-version-check", "--progress-bar=off", "--compile")
# What a waiting person wants to see; the rest is about what is here already, and where.
_TOLD = (
    "Collecting", "Downloading", "Using cached", "Processing", "Preparing", "Building",
    "Installing", "Successfully", "ERROR", "error",
)  # fmt: skip
_CONFLICT = "which is incompatible."
# These would turn pip away from the environment that it is run in.
_TURNED_OFF = {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_ROOT"}


async def run_pip(python: Path, requirements: Path, tell: Callable[[str], None]) -> str:
    """Install a requirements file; empty when that succeeded, else the reason in one line.

    Args:
        python: The interpreter of the environment.
        requirements: The file; paths in it are relative to its folder.
        tell: Takes pip's progress, one line at a time.
    """
    pip = await asyncio.create_subprocess_exec(
        *(str(python), "-m", "pip", "install", *_OPTIONS, "-r", str(requirements)),
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
    """Read what pip says to its end, without the folder that means nothing to who reads it."""
    assert pip.stdout is not None
    last: deque[str] = deque(["pip said nothing"], maxlen=1)
    errors: deque[str] = deque(maxlen=1)
    while raw := await _line(pip.stdout):
        line = raw.decode(errors="replace").strip().replace(folder, "")
        if line.startswith(_TOLD) or line.endswith(_CONFLICT):
            tell(line)
        if line.lower().startswith("error"):
            errors.append(line)
        elif line:
            last.append(line)
    if not await pip.wait():
        return ""
    if last[0].endswith("No module named pip"):
        return "pip is not installed beside dcf: install it, or leave requirements.txt out"
    return (errors or last)[0]


async def _line(stream: asyncio.StreamReader) -> bytes:
    """The next line, empty at the end; one that is too long to be for people is left out."""
    while True:
        with contextlib.suppress(ValueError):
            return await stream.readline()
