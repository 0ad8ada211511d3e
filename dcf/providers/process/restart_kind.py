"""Which kind of end a replica's reason tells of; the words are those of this room."""

from ..notices import EXIT, LOAD_TIMEOUT, MEMORY, NOT_STARTED, SIGNAL, UNHEALTHY

_BEGINNINGS = (
    ("killed by signal", SIGNAL),
    ("it used ", MEMORY),
    ("unhealthy", UNHEALTHY),
    ("not ready within", LOAD_TIMEOUT),
    ("the process cannot be started", NOT_STARTED),
)


def restart_kind(reason: str) -> str:
    """One of `notices.ENDS`."""
    return next((kind for words, kind in _BEGINNINGS if reason.startswith(words)), EXIT)
