"""How much memory this process may use: its cgroup's limit."""

from pathlib import Path

from .cores import CGROUP

_FILES = ("memory.max", "memory/memory.limit_in_bytes")
_NONE = 1 << 60  # version 1 tells of no limit by a number close to the largest


def limit(root: Path = CGROUP) -> int:
    """Reads the limit (version 2, then version 1).

    Args:
        root: where the cgroup file system is mounted.

    Returns:
        Bytes; 0 where there is no limit.
    """
    for name in _FILES:
        try:
            text = (root / name).read_text(encoding="ascii").strip()
        except OSError:
            continue
        return int(text) if text.isdigit() and int(text) < _NONE else 0
    return 0
