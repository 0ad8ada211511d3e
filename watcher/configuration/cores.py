"""How many processor cores this process may really use: its affinity and its cgroup's quota."""

import math
import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def usable(root: Path = CGROUP) -> int:
    """Counts the cores a busy pool can fill.

    Args:
        root: where the cgroup file system is mounted.

    Returns:
        At least 1; a quota of 1.5 cores counts as 2.
    """
    cores = len(os.sched_getaffinity(0))
    quota = _quota(root)
    return max(1, min(cores, math.ceil(quota)) if quota else cores)


def _quota(root: Path) -> float | None:
    """The cgroup's share in cores (version 2, then version 1), or None where there is no limit."""
    try:
        limit, period = (root / "cpu.max").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        try:
            limit = (root / "cpu" / "cpu.cfs_quota_us").read_text(encoding="ascii").strip()
            period = (root / "cpu" / "cpu.cfs_period_us").read_text(encoding="ascii").strip()
        except OSError:
            return None
    if not limit.isdigit() or not period.isdigit() or int(period) == 0:
        return None  # "max" and -1 both mean no limit
    return int(limit) / int(period)
