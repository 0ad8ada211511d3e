"""What keeps functions apart from each other and from the gateway: chosen once, when it starts.

`fence.py` carries it out in each replica's process.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ...errors import CannotStart
from . import fence

AUTO, NONE = "auto", "none"
MODES = (AUTO, fence.NAMESPACE, fence.LANDLOCK, NONE)
_SECONDS = 30.0
# What root can change and others run, and the kernel's settings. Of a user who may not change
# these anyway, nothing is taken.
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/boot", "/opt", "/sys")
_KERNEL = ("/proc/sys", "/proc/sysrq-trigger")


@dataclass(frozen=True)
class Isolation:
    """How functions are kept apart.

    Attributes:
        mode: One of `MODES`, never `auto`.
        lacks: What this kernel cannot refuse: `signals` to other functions, `truncate` of a file.
        why: Why it is no better mode, where `auto` found none that works here.
    """

    mode: str = NONE
    lacks: tuple[str, ...] = ()
    why: str = ""
    _plan: str = ""

    def plan(self, shown: Iterable[Path], *own: Path) -> str:
        """The plan for `fence.py` of one replica; empty for nothing.

        Args:
            shown: Of the state folder, what the function may read.
            own: Of the state folder, where it may write.
        """
        if self.mode == NONE:
            return ""
        read = (f"{fence.SHOWN} {path.resolve()}" for path in shown)
        written = (f"{fence.OWN} {path.resolve()}" for path in own)
        return "\n".join((self._plan, *read, *written))

    def before(self, *own: Path) -> list[str]:
        """The words before a program's, which shut it out of all but folders it may write to."""
        plan = self.plan((), *own)
        return _program(plan) if plan else []

    def __str__(self) -> str:
        lacks = f" (without {', '.join(self.lacks)})" if self.lacks else ""
        return self.mode + lacks


def chosen(wanted: str, home: Path, secret_files: Iterable[Path] = ()) -> Isolation:
    """The isolation that is wanted, or for `auto` the best that this machine has.

    Args:
        wanted: One of `MODES`.
        home: The gateway's state, which is hidden.
        secret_files: Others that are hidden, where they exist.

    Raises:
        CannotStart: This machine does not have it.
    """
    if wanted == NONE:
        return Isolation()
    abi, faults = fence.landlock_abi(), []
    for mode in (fence.NAMESPACE, fence.LANDLOCK) if wanted == AUTO else (wanted,):
        plan = _plan(mode, home.resolve(), secret_files)
        fault = _fault(plan, abi)
        if not fault:
            lacks = ["signals"] if abi < fence.SIGNALS_ABI else []
            if mode == fence.LANDLOCK and abi < fence.TRUNCATE_ABI:
                lacks.append("truncate")
            return Isolation(mode, tuple(lacks), "", plan)
        faults.append(f"{mode}: {fault}")
    if wanted != AUTO:
        raise CannotStart(
            f"isolation {wanted} is not to be had on this machine ({faults[0].partition(': ')[2]}):"
            " set DCF_ISOLATION to auto for the best there is, or to none"
        )
    return Isolation(why="; ".join(faults))


def _plan(mode: str, home: Path, secret_files: Iterable[Path]) -> str:
    hidden = [home]
    for path in secret_files:
        found = path.expanduser().resolve()
        if found.exists() and not found.is_relative_to(home):
            hidden.append(found)
    kept = _kept(mode)
    lines = [f"{fence.HIDDEN} {path}" for path in hidden]
    for path in kept:  # Python itself may lie in the state folder, where it must be seen
        kind = fence.SHOWN if path.is_relative_to(home) else fence.KEPT
        lines.append(f"{kind} {path}")
    return "\n".join((mode, *lines))


def _kept(mode: str) -> list[Path]:
    """What others run or import, outermost only: nobody may change it for them."""
    system = _SYSTEM + (_KERNEL if mode == fence.NAMESPACE else ())
    # `python -m` puts the working folder first, from where replicas import nothing.
    imported = [each for each in sys.path if each.startswith("/") and each != str(Path.cwd())]
    rooms = [str(Path(__file__).parents[3])]  # where this package lies beside the watcher
    paths = {
        Path(each).resolve()
        for each in (*system, *imported, *rooms, sys.prefix, sys.base_prefix)
        if Path(each).exists()
    }
    return sorted(each for each in paths if not paths.intersection(each.parents))


def _fault(plan: str, abi: int) -> str:
    """Why a plan cannot be carried out here, in a few words; or nothing."""
    if abi < fence.LEAST_ABI:
        return "this kernel has no Landlock (Linux 5.19 or newer), or it is forbidden"
    try:
        done = subprocess.run(
            _program(plan),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            cwd=os.sep,
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        return str(fault)
    said = done.stderr.strip().rpartition("\n")[2]
    return said.rpartition(": ")[2] or "it failed" if done.returncode else ""


def _program(plan: str) -> list[str]:
    return [sys.executable, "-I", "-S", fence.__file__, plan]
