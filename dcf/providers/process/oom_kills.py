"""How often the kernel has ended a process because memory ran out, as far as it says so."""

from pathlib import Path

_COUNTERS = Path("/proc/vmstat")
_NAME = "oom_kill "


def oom_kills(counters: Path = _COUNTERS) -> int | None:
    """The count since the machine was started, of all of it; None where nobody counts."""
    try:
        lines = counters.read_text(encoding="ascii").splitlines()
        return next(int(line.removeprefix(_NAME)) for line in lines if line.startswith(_NAME))
    except (OSError, ValueError, StopIteration):
        return None
