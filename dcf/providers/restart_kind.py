"""Which kind of end a replica's reason tells of; the words are those of this room."""

from .exit_reason import BY_GATEWAY, OUT_OF_MEMORY
from .notices import EXIT, LOAD_TIMEOUT, MEMORY, NOT_STARTED, SIGNAL, UNHEALTHY

_BEGINNINGS = (
    (OUT_OF_MEMORY, MEMORY),
    ("killed by signal", SIGNAL),
    ("it used ", MEMORY),
    ("unhealthy", UNHEALTHY),
    ("not ready within", LOAD_TIMEOUT),
    ("the process cannot be started", NOT_STARTED),
)


def restart_kind(reason: str) -> str:
    """One of `notices.ENDS`."""
    words = reason.removeprefix(BY_GATEWAY)
    return next((kind for start, kind in _BEGINNINGS if words.startswith(start)), EXIT)
