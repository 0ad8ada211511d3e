"""What of a function's own settings a platform has to know, read the way the watcher reads them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ..config import FunctionConfig
from ..errors import ConfigError
from ..providers.limits import limits_of
from ..rooms import values

# An image decides by itself whether it is a batch run; where it is deployed to serve, it serves.
_SERVES = {"BATCH": "false"}
_CALLS_A_CORE = 8
_Number = TypeVar("_Number", int, float)


@dataclass(frozen=True)
class Serving:
    """Settings that have a counterpart on the platform.

    Attributes:
        port: Of HTTP.
        max_inflight: Calls running and waiting, at most.
        exec_timeout: Seconds a call may take; 0 for no limit.
        load_timeout: Seconds a start may take.
    """

    port: int
    max_inflight: int
    exec_timeout: float
    load_timeout: float


def serving_of(function: FunctionConfig) -> Serving:
    """Read them; raises `ConfigError` with the key of the one that cannot be read."""
    return Serving(
        port=_read(function, values.whole, "PORT"),
        max_inflight=_read(function, values.whole, "MAX_INFLIGHT")
        or _CALLS_A_CORE * _concurrency(function),
        exec_timeout=_read(function, values.seconds, "EXEC_TIMEOUT"),
        load_timeout=_read(function, values.seconds, "LOAD_TIMEOUT"),
    )


def environment_of(
    function: FunctionConfig, without: Collection[str] = (), **more: str
) -> dict[str, str]:
    """The environment of a function that serves.

    Args:
        function: Its own environment comes first.
        without: Settings that the platform itself sets.
        **more: Settings laid over the function's own.

    Returns:
        Names to values.
    """
    ours = {**_SERVES, **more}
    hidden = {name.lower() for name in (*without, *ours)}
    kept = {key: text for key, text in function.environment.items() if key.lower() not in hidden}
    return {**kept, **ours}


def drained(environment: dict[str, str]) -> dict[str, str]:
    """An environment with time for callers to notice that a replica ends, unless it has its own.

    For platforms that end a replica while its name still leads to it.
    """
    told = values.given(values.ROWS["DRAIN_DELAY"], environment)
    return environment if told else {**environment, "DRAIN_DELAY": "5s"}


def _concurrency(function: FunctionConfig) -> int:
    """Handler calls at once: as set, else one a core it may use; one where that is not known."""
    return (
        _read(function, values.whole, "CONCURRENCY") or limits_of(function.limits).whole_cores or 1
    )


def _read(
    function: FunctionConfig, read: Callable[[str, Mapping[str, str]], _Number], name: str
) -> _Number:
    try:
        return read(name, function.environment)
    except values.BadValue as error:
        raise ConfigError(f"functions.{function.name}.environment.{error}") from None
