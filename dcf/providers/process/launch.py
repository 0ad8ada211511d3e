"""How the replicas of one revision are started: what `launching.py` has prepared."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Launch:
    """How to start one revision's watchers.

    Attributes:
        revision: Its number.
        folder: The unpacked code; the process works in it.
        env: Everything but what differs from replica to replica.
        parent: The read end of a pipe that closes when the gateway ends.
        run: Folder for lock files.
        load_timeout: Seconds until a watcher must be ready.
        call_timeout: Seconds without a byte after which the gateway gives a call up.
        stop_timeout: Seconds a watcher gets to finish its calls.
        room: Calls that a watcher takes at once, running and waiting.
        memory: Bytes the process and its children may have resident, or None.
        pick_cores: Gives the cores one replica is kept to; none for no limit.
        discard: Takes back what was prepared; called when the last replica has ended.
    """

    revision: int
    folder: Path
    env: Mapping[str, str]
    parent: int
    run: Path
    load_timeout: float
    call_timeout: float
    stop_timeout: float
    room: int
    memory: int | None
    pick_cores: Callable[[], Collection[int]]
    discard: Callable[[], None]
