import math
import os
from pathlib import Path


def usable_cores(cgroup=Path("/sys/fs/cgroup")):
    """Counts processors: those of the machine, or fewer if the container has a quota (--cpus)."""
    cores = len(os.sched_getaffinity(0))
    try:
        if (cgroup / "cpu.max").exists():
            quota, period = (cgroup / "cpu.max").read_text().split()
        else:
            quota = (cgroup / "cpu/cpu.cfs_quota_us").read_text()
            period = (cgroup / "cpu/cpu.cfs_period_us").read_text()
        share = math.ceil(int(quota) / int(period))
    except (OSError, ValueError):
        return cores  # no quota
    return min(cores, share) if share > 0 else cores
