"""The gateway's own process, under the names that Prometheus' clients give to these numbers."""

import contextlib
import os
import resource
from pathlib import Path

from .exposition import COUNTER, GAUGE, Family

CPU = Family(
    "process_cpu_seconds_total", COUNTER, (), "Processor time of the gateway's own process."
)
RESIDENT = Family("process_resident_memory_bytes", GAUGE, (), "Resident memory.")
VIRTUAL = Family("process_virtual_memory_bytes", GAUGE, (), "Virtual memory.")
START = Family("process_start_time_seconds", GAUGE, (), "Start, in seconds of Unix time.")
OPEN_FILES = Family("process_open_fds", GAUGE, (), "Open files and connections.")
MOST_FILES = Family("process_max_fds", GAUGE, (), "Most of them that it may have.")
FAMILIES = (CPU, RESIDENT, VIRTUAL, START, OPEN_FILES, MOST_FILES)

_PAGE, _TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")


def text(proc: Path = Path("/proc")) -> str:
    """All of it; what a system does not tell is left out."""
    told = []
    with contextlib.suppress(OSError, ValueError, IndexError):
        # A name in parentheses, which may hold blanks, stands before the numbers.
        stat = (proc / "self/stat").read_bytes().rpartition(b")")[2].split()
        told += [
            CPU.one(sum(map(int, stat[11:13])) / _TICKS),
            RESIDENT.one(int(stat[21]) * _PAGE),
            VIRTUAL.one(int(stat[20])),
            START.one(_booted(proc) + int(stat[19]) / _TICKS),
        ]
    with contextlib.suppress(OSError):
        told.append(OPEN_FILES.one(len(os.listdir(proc / "self/fd"))))  # noqa: PTH208 # no paths are wanted
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    told.append(MOST_FILES.one(float("inf") if soft == resource.RLIM_INFINITY else soft))
    return "".join(told)


def _booted(proc: Path) -> int:
    for line in (proc / "stat").read_text(encoding="ascii").splitlines():
        if line.startswith("btime "):
            return int(line.split()[1])
    raise ValueError("no btime")
