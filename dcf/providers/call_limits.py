"""How long a call of a function may take, and how many a replica has room for, by its settings."""

from collections.abc import Mapping

from ..rooms import values

CALL_MARGIN = 5.0
_NO_LIMIT = 86_400.0  # seconds, in place of an EXEC_TIMEOUT of 0
_CALL_DEFAULT = 60.0
_CALLS_A_SLOT = 8  # that a watcher takes, running and waiting, where nothing else is set


def call_seconds(env: Mapping[str, str]) -> float:
    """Seconds without a byte after which the gateway gives a call up; raises `BadValue`."""
    call = values.seconds("EXEC_TIMEOUT", env) or _NO_LIMIT
    return max(_CALL_DEFAULT, call + CALL_MARGIN)


def room(env: Mapping[str, str], concurrency: int) -> int:
    """Calls that a replica takes at once, running and waiting; raises `BadValue`.

    Args:
        env: Of the function.
        concurrency: Calls that it runs at once; 0 where that is not known.
    """
    return values.whole("MAX_INFLIGHT", env) or _CALLS_A_SLOT * concurrency


def shutdown_seconds(env: Mapping[str, str]) -> float:
    """How long a replica may finish its calls: as it is set, else as long as a call may take."""
    seconds = values.seconds("SHUTDOWN_TIMEOUT", env)
    if values.given(values.ROWS["SHUTDOWN_TIMEOUT"], env):
        return seconds
    return max(seconds, values.seconds("EXEC_TIMEOUT", env) or _NO_LIMIT)
