"""What processes used: processor seconds and memory, read from /proc."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_SCHEDULED = 2  # the kind of clock: time on a processor, of all threads
_KIB = 1024
MEGABYTE = 1e6


@dataclass(frozen=True)
class Memory:
    """Memory of one or more processes, in bytes.

    Attributes:
        rss: Resident pages; what processes share is counted once for each.
        pss: Resident pages, each shared one divided by the number of its users.
    """

    rss: int
    pss: int


def family(pid: int) -> list[int]:
    """A process and all its living descendants."""
    parents = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (fields := _fields(int(entry.name))):
            parents[int(entry.name)] = int(fields[1])
    found = [pid]
    for each in found:
        found.extend(child for child, parent in parents.items() if parent == each)
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor seconds, user and system, that processes have used since they started."""
    return sum(map(_cpu_seconds, pids))


def _cpu_seconds(pid: int) -> float:
    try:  # its own clock counts nanoseconds; see clock_getcpuclockid(3) for the number
        return time.clock_gettime((~pid << 3) | _SCHEDULED)
    except OSError:  # it has ended; while nobody has waited for it, its ticks are still there
        fields = _fields(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def memory(pids: Iterable[int]) -> Memory:
    """Memory that processes hold now; one that has ended holds none."""
    rss = pss = 0
    for pid in pids:
        try:
            lines = (_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        sizes = {line.split(":")[0]: line.split() for line in lines if line.endswith(" kB")}
        rss += int(sizes["Rss"][1]) * _KIB
        pss += int(sizes["Pss"][1]) * _KIB
    return Memory(rss, pss)


def reset_peak(pid: int) -> None:
    """Makes ``peak_rss`` of a process count from now on (proc_pid_clear_refs(5))."""
    (_PROC / str(pid) / "clear_refs").write_text("5", encoding="ascii")


def peak_rss(pid: int) -> int:
    """The most memory, in resident bytes, that a process held at once; 0 if it has ended."""
    try:
        lines = (_PROC / str(pid) / "status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * _KIB for line in lines if line.startswith("VmHWM:")), 0)


def _fields(pid: int) -> list[str]:
    """The fields of ``/proc/PID/stat`` from the state on (proc_pid_stat(5), field 3); may be none.

    The name before them may hold spaces and parentheses, so they begin after the last one.
    """
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text[text.rindex(")") + 1 :].split()
