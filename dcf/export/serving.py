"""What of a function's own settings a platform has to know, read the way the watcher reads them."""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dcf.config import FunctionConfig
from dcf.errors import ConfigError
from dcf.providers.limits import limits_of

# An image decides by itself whether it is a batch run; where it is deployed to serve, it serves.
_SERVES = {"BATCH": "false"}
_CALLS_A_CORE = 8
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)", re.ASCII)
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


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
        port=_whole(function, "PORT", 8080),
        max_inflight=_whole(function, "MAX_INFLIGHT", 0) or _CALLS_A_CORE * _concurrency(function),
        exec_timeout=_seconds(function, "EXEC_TIMEOUT", 30.0),
        load_timeout=_seconds(function, "LOAD_TIMEOUT", 120.0),
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
    told = any(key.lower() in ("drain_delay", "healthcheck_interval") for key in environment)
    return environment if told else {**environment, "DRAIN_DELAY": "5s"}


def _concurrency(function: FunctionConfig) -> int:
    """Handler calls at once: as set, else one a core it may use; one where that is not known."""
    return _whole(function, "CONCURRENCY", 0) or limits_of(function.limits).whole_cores or 1


def _whole(function: FunctionConfig, key: str, default: int) -> int:
    text = _text(function.environment, key)
    if not text:
        return default
    if re.fullmatch(r"\d{1,6}", text, re.ASCII) is None:
        raise _unreadable(function, key, "a whole number")
    return int(text)


def _seconds(function: FunctionConfig, key: str, default: float) -> float:
    text = _text(function.environment, key)
    if not text:
        return default
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text, re.ASCII):
        return float(text)
    if "".join(number + unit for number, unit in _PART.findall(text)) != text:
        raise _unreadable(function, key, "seconds, or a length such as 30s or 1m30s")
    return math.fsum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))


def _text(env: Mapping[str, str], key: str) -> str:
    """A setting in its own or, as of-watchdog spells it, in lower case."""
    return (env.get(key) or env.get(key.lower()) or "").strip()


def _unreadable(function: FunctionConfig, key: str, allowed: str) -> ConfigError:
    shown = _text(function.environment, key)
    return ConfigError(
        f"functions.{function.name}.environment.{key} is {shown!r}; it must be {allowed}"
    )
