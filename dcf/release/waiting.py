"""Waiting for a function to become ready, and saying why it cannot."""

import time
from collections.abc import Callable

from ..client.base import Function, GatewayClient
from ..client.rollout import rollout_of
from ..errors import RolloutFailed
from ..scale_labels import is_at_zero
from ..terminal.waiting_line import WaitingLine
from .interruption import Interruption

LONGEST_WAIT = 900.0
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 0.05, 1.0, 1.2
_TELL_AFTER = 0.2  # a pause this long comes after one second


def wait_for_rollout(
    client: GatewayClient, name: str, meanwhile: Callable[[], None] | None = None
) -> Function:
    """Wait until the newest revision serves, or is a canary or shadow, and is judged.

    Raises `RolloutFailed` with its reason.

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
    with WaitingLine(f"waiting for {name}") as line:
        while True:
            found = client.describe(name)
            if found.available:
                return found
            _refuse_failed(found)
            if is_at_zero(found.labels, found.replicas):
                return found
            line.doing = f"{name}: {_steps(found)}"
            pause = _pause(found, limit, seconds, pause)


def _wait(
    client: GatewayClient, name: str, seconds: float, meanwhile: Callable[[], None] | None
) -> Function:
    limit, pause = time.monotonic() + seconds, _FIRST_PAUSE
    with Interruption(client, name) as interruption, WaitingLine(f"waiting for {name}") as line:
        while True:
            found = interruption.found = client.describe(name)
            _refuse_failed(found)
            rollout = found.annotations.get("dcf.rollout", "")
            # Other gateways do not tell of rollouts: there, a ready replica is all we know.
            if rollout in {"ready", "ended"} or (not rollout and found.available):
                return found
            if rollout_of(found).mode:  # a canary or shadow: the gateway goes on by itself
                return found
            line.doing = f"{name}: {_steps(found)}"
            if meanwhile is not None and pause > _TELL_AFTER:
                meanwhile()
            pause = _pause(found, limit, seconds, pause)


def _steps(found: Function) -> str:
    """How far it is: the newest revision, or all there is where no rollout is told."""
    rollout = rollout_of(found)
    return rollout.steps if rollout.wanted else f"{found.available} of {found.replicas} ready"


def _refuse_failed(found: Function) -> None:
    rollout = rollout_of(found)
    if rollout.outcome == "failed":
        said = "; ".join(filter(None, (rollout.reason or "no reason given", rollout.kept)))
        what = "" if said.startswith("canary ") else " cannot become ready"
        raise RolloutFailed(f"function {found.name}{what}: {said}")


def _pause(found: Function, limit: float, seconds: float, pause: float) -> float:
    """Wait a moment, unless it is too late; gives the next pause."""
    if time.monotonic() > limit:
        raise RolloutFailed(
            f"function {found.name} is not ready after {seconds:g} s: "
            f"see `dcf function log {found.name}`"
        )
    time.sleep(pause)
    return min(pause * _GROWTH, _LONGEST_PAUSE)
