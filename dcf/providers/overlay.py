"""A function's requirements.txt, installed once into a folder of its own that goes on its path."""

import asyncio
import hashlib
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from dcf.errors import RolloutFailed


async def overlay(requirements: Path, cache: Path, log: Callable[[str], None]) -> Path:
    """Install what a file lists, or find it installed; pip's progress goes to the log.

    Args:
        requirements: The function's requirements.txt.
        cache: Holds one folder per digest of that file and of the Python version.
        log: Takes one line at a time.

    Raises:
        RolloutFailed: pip could not install it; the reason is pip's last line.
    """
    key = hashlib.sha256(sys.version.encode() + b"\0" + requirements.read_bytes()).hexdigest()
    folder = cache / key
    if folder.is_dir():
        return folder
    partial = cache / f"{key}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    log(f"installing {requirements.name} (once; kept as overlay {key[:12]})")
    last = await _install(requirements, partial, log)
    if last:
        shutil.rmtree(partial, ignore_errors=True)
        raise RolloutFailed(f"{requirements.name} cannot be installed: {last}")
    partial.rename(folder)
    return folder


async def _install(requirements: Path, target: Path, log: Callable[[str], None]) -> str:
    """Run pip; empty when it succeeded, else its last line."""
    pip = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "pip",
            "install",
            "--no-input",
            "--disable-pip-version-check",
            "--compile",
        ),
        *("--progress-bar=off", "--target", str(target), "-r", str(requirements)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    assert pip.stdout is not None
    last = "pip said nothing"
    try:
        async for raw in pip.stdout:
            if line := raw.decode(errors="replace").rstrip():
                last = line
                log(line)
        code = await pip.wait()
    finally:
        if pip.returncode is None:
            pip.kill()
    target.mkdir(exist_ok=True)
    return last if code else ""
