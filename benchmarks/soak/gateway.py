"""The gateway that is kept under load: `dcf gateway start`, and what its processes use."""

import os
import signal
from pathlib import Path

from benchmarks.harness.accounting import family, memory
from benchmarks.harness.address import HOST
from benchmarks.harness.gateway_program import GatewayProgram
from benchmarks.soak.readings import Reading, Use


class SoakedGateway(GatewayProgram):
    """A gateway whose callbacks may go to this machine."""

    def __init__(self, python: str) -> None:
        super().__init__(python, "--allow-callback", HOST)

    def replicas(self) -> dict[int, str]:
        """The functions of its watchers by process id."""
        found = {}
        for pid in family(self.pid)[1:]:
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                environ = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            except OSError:  # it ended while we looked
                continue
            # Before the watcher there may be a program that starts it, with the same words.
            names = [each[14:].decode() for each in environ if each.startswith(b"FUNCTION_NAME=")]
            if words[-3:-1] == [b"-m", b"watcher"] and len(words) <= 5 and names:
                found[pid] = names[0]
        return found

    def read(self) -> Reading:
        """What its processes use now."""
        uses: dict[str, Use] = {"gateway": _use(self.pid)}
        for pid, function in self.replicas().items():
            uses[function] = uses.get(function, Use()).most(_use(pid))
        return Reading(uses, len(family(self.pid)) - 1)

    def tracebacks(self) -> int:
        """How many stand in its log."""
        size = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), size, 0).count(b"Traceback (most recent call last)")

    def end(self, seconds: float) -> str:
        """Asks it to end; gives what was wrong with that, or nothing."""
        members = family(self.pid)
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(seconds)
        left = [pid for pid in members[1:] if _lives(pid)]
        return "" if status == 0 and not left else f"status {status}, {len(left)} processes left"


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def _use(pid: int) -> Use:
    try:
        files, threads = (len([*Path(f"/proc/{pid}/{each}").iterdir()]) for each in ("fd", "task"))
    except OSError:  # it ended while we looked
        return Use()
    return Use(memory([pid]).rss, files, threads)
