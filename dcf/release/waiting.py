"""Waiting for a function to become ready, and saying why it cannot."""

import time
from collections.abc import Callable

from ..client.base import Function, GatewayClient
from ..errors import RolloutFailed
from ..terminal.printing import progress

LONGEST_WAIT = 900.0
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 0.05, 1.0, 1.2
_TELL_SECONDS = 5.0
_TELL_AFTER = 0.2  # a pause this long comes after one second


def wait_for_rollout(
    client: GatewayClient, name: str, meanwhile: Callable[[], None] | None = None
) -> Function:
    """Wait until the newest revision serves; raises `RolloutFailed` with its reason.

    Args:
        client: Of the gateway.
        name: The function's.
        meanwhile: Called once in a while, and at the end.
    """
    try:
        return _wait(client, name, LONGEST_WAIT, meanwhile)
    finally:
        if meanwhile is not None:
            meanwhile()


def wait_for_calls(client: GatewayClient, name: str, seconds: float) -> Function:
    """Wait until any revision takes calls; raises `RolloutFailed` with the reason if none will."""
    limit, pause = time.monotonic() + seconds, _FIRST_PAUSE
    while True:
        found = client.describe(name)
        if found.available:
            return found
        _refuse_failed(found)
        pause = _pause(found, limit, seconds, pause)


def _wait(
    client: GatewayClient, name: str, seconds: float, meanwhile: Callable[[], None] | None
) -> Function:
    limit, told, pause = time.monotonic() + seconds, time.monotonic(), _FIRST_PAUSE
    while True:
        found = client.describe(name)
        _refuse_failed(found)
        rollout = found.annotations.get("dcf.rollout", "")
        # Other gateways do not tell of rollouts: there, a replica that is ready is all we know.
        if rollout == "ready" or (not rollout and found.available):
            return found
        if meanwhile is not None and pause > _TELL_AFTER:
            meanwhile()
        if time.monotonic() - told > _TELL_SECONDS:
            told = time.monotonic()
            progress(f"  still starting ({found.available} of {found.replicas} replicas ready)")
        pause = _pause(found, limit, seconds, pause)


def _refuse_failed(found: Function) -> None:
    if found.annotations.get("dcf.rollout") == "failed":
        reason = found.annotations.get("dcf.reason", "no reason given")
        kept = "; the revision before it still serves" if found.available else ""
        raise RolloutFailed(f"function {found.name} cannot become ready: {reason}{kept}")


def _pause(found: Function, limit: float, seconds: float, pause: float) -> float:
    """Wait a moment, unless it is too late; gives the next pause."""
    if time.monotonic() > limit:
        raise RolloutFailed(
            f"function {found.name} is not ready after {seconds:g} s: "
            f"see `dcf function log {found.name}`"
        )
    time.sleep(pause)
    return min(pause * _GROWTH, _LONGEST_PAUSE)
