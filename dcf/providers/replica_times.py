"""How long a replica's start, calls and end may take, and what it takes at once: its settings.

Read as the watcher reads them, and refused in the same words before anything is started.
"""

import contextlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ..errors import InvalidRequest
from ..rooms import values

MARGIN_SECONDS = 5.0  # for the watcher's own words to arrive first
_CALL_DEFAULT = 60.0
_NO_LIMIT = 86_400.0
_CALLS_A_SLOT = 8  # that a watcher takes, running and waiting, where nothing else is set


@dataclass(frozen=True)
class ReplicaTimes:
    """In seconds.

    Attributes:
        load: Until it must be ready.
        call: That a call may take; a day where there is no limit.
        stop: That it may take to finish its calls.
    """

    load: float
    call: float
    stop: float

    @property
    def give_up(self) -> float:
        """Without a byte after which a gateway gives a call up."""
        return max(_CALL_DEFAULT, self.call + MARGIN_SECONDS)


def times_of(env: Mapping[str, str]) -> ReplicaTimes:
    """Of a replica with this environment; raises `InvalidRequest`.

    It may finish its calls as long as is set, else as long as a call may take.
    """
    with _refusal():
        call = values.seconds("EXEC_TIMEOUT", env) or _NO_LIMIT  # 0 is no limit
        stop = values.seconds("SHUTDOWN_TIMEOUT", env)
        if not values.given(values.ROWS["SHUTDOWN_TIMEOUT"], env):
            stop = max(stop, call)
        return ReplicaTimes(values.seconds("LOAD_TIMEOUT", env), call, stop)


def concurrency_of(env: Mapping[str, str]) -> int:
    """Calls that it is told to run at once; 0 where it is not told. Raises `InvalidRequest`."""
    with _refusal():
        return values.whole("CONCURRENCY", env)


def room_of(env: Mapping[str, str], concurrency: int) -> int:
    """Calls that it takes at once, running and waiting; 0 where that is not known.

    Args:
        env: Its environment.
        concurrency: Calls that it runs at once; 0 where that is not known.
    """
    with _refusal():
        return values.whole("MAX_INFLIGHT", env) or _CALLS_A_SLOT * concurrency


def check_settings(env: Mapping[str, str], ours: Collection[str]) -> None:
    """Raise `InvalidRequest` for a setting that the watcher would refuse at its start.

    Args:
        env: Of the function.
        ours: Settings that the provider gives itself, whatever the function says.
    """
    with _refusal():
        for name in values.ROWS.keys() - ours:
            values.value_of(values.ROWS[name], env)


@contextlib.contextmanager
def _refusal() -> Iterator[None]:
    """Turns a setting that cannot be read into a request that cannot be met."""
    try:
        yield
    except values.BadValue as error:
        raise InvalidRequest(str(error)) from None
