"""One run of a program of ours that does what the gateway must not: ended with all it started."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from ..exit_reason import exit_reason


async def run_program(module: str, *paths: Path, seconds: float) -> dict[str, Any]:
    """Run `python -m MODULE PATH...`, whose last line is its answer: an object in JSON.

    Args:
        module: It keeps to limits of its own, ends when its stdin does, and is sent nothing.
        paths: Its arguments.
        seconds: More than it should take.

    Returns:
        The answer; one that has `fault` says, in one line, why there is no other.
    """
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", module, *map(str, paths)),
        stdin=asyncio.subprocess.PIPE,  # closed when we end, however that is
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    assert program.stdout is not None
    try:
        async with asyncio.timeout(seconds):
            lines = (await program.stdout.read()).decode(errors="replace").splitlines()
            status = await program.wait()
    except TimeoutError:
        return {"fault": f"not done after {seconds:g} s"}
    finally:
        if program.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            await program.wait()
    if status or not lines:
        return {"fault": exit_reason(lines, status, was_ready=False)}
    answer: dict[str, Any] = json.loads(lines[-1])
    return answer
