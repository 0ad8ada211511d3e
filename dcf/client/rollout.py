"""What a gateway tells of a function's revisions and replicas, and the words for it.

This project's gateway tells it; of others, all of it is empty.
"""

from typing import NamedTuple

from .base import Function


class Rollout(NamedTuple):
    """How a function's newest revision is doing, and how replicas ended.

    Attributes:
        outcome: `progressing`, `ready`, `failed`, `ended`, or empty where it is not told.
        reason: Why it failed, or what is being done.
        serving: Number of the revision that serves; 0 before any does.
        newest: Number of the newest one; 0 where it is not told.
        wanted: How many replicas the newest is to have, while it progresses; 0 otherwise.
        ready: How many of those are ready.
        available: Replicas that take calls, of whatever revision.
        restarts: How often replicas of the one that serves ended by themselves.
        last_exit: How the last of those ended; `last_exit_at` is RFC 3339.
        crash_loop: One line while a replica ends again and again.
        mode: `canary` or `shadow`, while the newest is judged as one.
    """

    outcome: str
    reason: str
    serving: int
    newest: int
    wanted: int
    ready: int
    available: int
    restarts: int
    last_exit: str
    last_exit_at: str
    crash_loop: str = ""
    mode: str = ""

    @property
    def kept(self) -> str:
        """Which revision serves beside the newest; empty where none does."""
        if not self.available:
            return ""
        if not self.newest:  # told by a gateway that numbers nothing
            return "the revision before it still serves"
        if self.newest == self.serving or not self.serving:
            return ""
        return f"revision {self.serving} still serves"

    @property
    def steps(self) -> str:
        """How far the newest revision is."""
        place = f"revision {self.newest}: " if self.newest else ""
        far = f"{self.ready} of {self.wanted} ready"
        if self.reason:  # what it is waiting for tells more than that all are ready
            far = self.reason if self.ready == self.wanted else f"{far}, {self.reason}"
        return "; ".join(filter(None, (place + far, self.kept)))

    @property
    def notes(self) -> list[str]:
        """What a person should know beside whether it takes calls."""
        found = []
        if self.outcome == "progressing" and self.wanted:
            found.append(self.steps)
        if self.outcome in {"failed", "ended"}:
            what = f"revision {self.newest}" if self.newest else "the newest"
            what += f" {self.outcome}: "
            found.append("; ".join(filter(None, (what + (self.reason or "no reason"), self.kept))))
        if self.crash_loop:
            found.append(self.crash_loop)
        elif self.restarts:
            often = "once" if self.restarts == 1 else f"{self.restarts} times"
            why = "" if found and self.last_exit in found[0] else f": {self.last_exit}"
            found.append(f"restarted {often}, last {self.last_exit_at[:19]}Z{why}")
        return found


def rollout_of(function: Function) -> Rollout:
    """Read it out of a function's annotations."""
    told = {
        name.removeprefix("dcf."): text
        for name, text in function.annotations.items()
        if name.startswith("dcf.")
    }

    def number(name: str) -> int:
        text = told.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    serving = number("revision")
    return Rollout(
        outcome=told.get("rollout", ""),
        reason=told.get("reason", ""),
        serving=serving,
        newest=number("rollout-revision") or serving,
        wanted=number("rollout-replicas"),
        ready=number("rollout-ready-replicas"),
        available=function.available,
        restarts=number("restarts"),
        last_exit=told.get("last-exit", ""),
        last_exit_at=told.get("last-exit-at", ""),
        crash_loop=told.get("crash-loop", ""),
        mode=told.get("rollout-mode", ""),
    )
