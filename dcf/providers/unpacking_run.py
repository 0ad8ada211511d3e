"""One run of the unpacking program: bounded in time, ended with all it started."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from dcf.archive import Entry
from dcf.errors import ArchiveError
from dcf.providers.last_words import last_words

# The program keeps to a shorter time of its own.
_LONGEST_SECONDS = 660.0


@dataclass(frozen=True)
class Unpacked:
    """How to start the code, and a line for the function's log, or nothing."""

    entry: Entry
    note: str


async def run_unpacking(source: Path, target: Path) -> Unpacked:
    """Unpack and compile an archive in a process of its own.

    Args:
        source: The tar.
        target: A folder that does not exist yet; if this raises, what is there is worth nothing.

    Raises:
        ArchiveError: It cannot be unpacked within the limits.
    """
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "dcf.providers.unpacking", str(source), str(target)),
        stdin=asyncio.subprocess.PIPE,  # never written to: it tells the program that we are here
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    assert program.stdout is not None
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            lines = (await program.stdout.read()).decode(errors="replace").splitlines()
            return _answer(lines, await program.wait())
    except TimeoutError:
        raise ArchiveError(
            f"the archive was not unpacked after {_LONGEST_SECONDS:g} s: make it smaller"
        ) from None
    finally:
        if program.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            await program.wait()


def _answer(lines: list[str], status: int) -> Unpacked:
    if status or not lines:
        raise ArchiveError(f"the archive cannot be unpacked: {last_words(lines, status)}")
    answer = json.loads(lines[-1])
    if "fault" in answer:
        raise ArchiveError(answer["fault"])
    return Unpacked(Entry(*answer["entry"]), answer["note"])
