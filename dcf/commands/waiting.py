"""Waiting for a function to become ready, and saying why it cannot."""

import time

from dcf.client.base import Function, GatewayClient
from dcf.commands.printing import progress
from dcf.errors import RolloutFailed

LONGEST_WAIT = 900.0
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 0.05, 1.0, 1.2
_TELL_SECONDS = 5.0


def wait_for_rollout(client: GatewayClient, name: str, seconds: float = LONGEST_WAIT) -> Function:
    """Wait until the newest revision serves; raises `RolloutFailed` with its reason."""
    return _wait(client, name, seconds, any_revision=False)


def wait_for_calls(client: GatewayClient, name: str, seconds: float) -> Function:
    """Wait until any revision takes calls; raises `RolloutFailed` with the reason if none will."""
    return _wait(client, name, seconds, any_revision=True)


def _wait(client: GatewayClient, name: str, seconds: float, *, any_revision: bool) -> Function:
    limit, told, pause = time.monotonic() + seconds, time.monotonic(), _FIRST_PAUSE
    while True:
        found = client.describe(name)
        rollout = found.annotations.get("dcf.rollout", "")
        if any_revision and found.available:
            return found
        if rollout == "failed":
            reason = found.annotations.get("dcf.reason", "no reason given")
            kept = "; the revision before it still serves" if found.available else ""
            raise RolloutFailed(f"function {name} cannot become ready: {reason}{kept}")
        # Other gateways do not tell of rollouts: there, a replica that is ready is all we know.
        if not any_revision and (rollout == "ready" or (not rollout and found.available)):
            return found
        if time.monotonic() > limit:
            raise RolloutFailed(
                f"function {name} is not ready after {seconds:g} s: see `dcf function log {name}`"
            )
        if time.monotonic() - told > _TELL_SECONDS:
            told = time.monotonic()
            progress(f"  still starting ({found.available} of {found.replicas} replicas ready)")
        time.sleep(pause)
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)
