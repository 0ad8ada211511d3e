"""Waiting for what another thread or process brings about: looked for often, and not for ever."""

import time

_PAUSE_S = 0.005


def until(condition, seconds=20, said=lambda: ""):
    """Waits until a condition holds, and gives what made it true.

    Args:
        condition: asked every few milliseconds.
        seconds: after which the test fails.
        said: makes what the failure tells besides, such as a log.
    """
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"not so within {seconds:g} s: {said()}"
        time.sleep(_PAUSE_S)
    return found
