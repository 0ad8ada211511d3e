"""Compiles the Python files of a folder, and leaves those that would cost too much.

Without compiled files the imports of a cold start take three times as long. It is no more than
that: a file that cannot be compiled within the limits is compiled by whoever imports it.
"""

import contextlib
import os
import py_compile
import resource
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ...archive import MAX_ARCHIVE_BYTES, shown
from .confined import Bounds, Say, confined, lower_limit

MAX_SOURCE_BYTES = 1 << 20
FILE_CPU_SECONDS = 5
ALL_CPU_SECONDS = 60
_MEMORY_BYTES = 1 << 30
_SHOWN = 3


def compile_folder(folder: Path, until: float) -> str:
    """Compile what is there; says in one line what was left, or nothing.

    Args:
        folder: Unpacked code, with no links in it.
        until: When to stop, in seconds of the monotonic clock.
    """
    sources, left = [], []
    for path in sorted(folder.rglob("*.py")):
        if path.is_file():
            if path.stat().st_size > MAX_SOURCE_BYTES:
                left.append(_left(folder, path, f"over {MAX_SOURCE_BYTES >> 20} MiB"))
            else:
                sources.append(path)
    begun = 0
    while begun < len(sources):
        rest = sources[begun:]
        seconds = ALL_CPU_SECONDS - _spent(resource.RUSAGE_CHILDREN)
        if seconds < 1 or time.monotonic() >= until:
            left += [_left(folder, path, "no time was left for it") for path in rest]
            break
        bounds = Bounds(FILE_CPU_SECONDS, _MEMORY_BYTES, MAX_ARCHIVE_BYTES)
        outcome = confined(partial(_compile, rest), bounds, until)
        begun += len(outcome.lines)
        if outcome.ended_by:
            left.append(_left(folder, sources[begun - 1], f"it took over {outcome.ended_by}"))
    return _told(left)


def _compile(sources: Sequence[Path], say: Say) -> None:
    for path in sources:
        if _spent(resource.RUSAGE_SELF) > ALL_CPU_SECONDS:
            return
        lower_limit(resource.RLIMIT_CPU, int(_spent(resource.RUSAGE_SELF)) + FILE_CPU_SECONDS)
        say("begun")
        try:
            with contextlib.suppress(OSError):
                py_compile.compile(os.fspath(path), doraise=True)
        except py_compile.PyCompileError as fault:
            # It is said of what is too deep for the parser, too, and that costs nothing.
            if fault.exc_type_name == "MemoryError" and _peak_bytes() > _MEMORY_BYTES // 4:
                raise MemoryError from fault


def _spent(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _left(folder: Path, path: Path, why: str) -> str:
    return f"{shown(os.fspath(path.relative_to(folder)))} ({why})"


def _told(left: Sequence[str]) -> str:
    if not left:
        return ""
    more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
    return f"not compiled, so that each start takes longer: {', '.join(left[:_SHOWN])}{more}"
