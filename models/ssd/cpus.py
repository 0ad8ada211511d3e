"""How many processors this process may really use."""

import math
import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


def usable_cpus(cgroup: Path = _CGROUP) -> int:
    """Counts processors by affinity and by the control group's quota, whichever is less.

    Args:
        cgroup: Where the control group's files lie.

    Returns:
        A count of at least 1; a quota of 1.5 processors counts as 2.
    """
    counts = [len(os.sched_getaffinity(0))]
    quota = _quota(cgroup)
    if quota is not None:
        counts.append(math.ceil(quota))
    return max(1, min(counts))


def _quota(cgroup: Path) -> float | None:
    """Processors allowed by cgroup v2 (``cpu.max``) or v1 (``cpu.cfs_*``), None without a limit."""
    try:
        limit, period = (cgroup / "cpu.max").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        try:
            limit = (cgroup / "cpu/cpu.cfs_quota_us").read_text(encoding="ascii").strip()
            period = (cgroup / "cpu/cpu.cfs_period_us").read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
    if limit in {"max", "-1"}:
        return None
    return int(limit) / int(period)
