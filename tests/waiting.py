"""Waiting for what another thread, task or process brings about: looked for often, not for ever."""

import asyncio
import inspect
import re
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


async def until_async(condition, seconds=30):
    """The same where a loop must go on meanwhile; the condition may be async, too."""
    end = time.monotonic() + seconds
    while not (found := await _value(condition)):
        assert time.monotonic() < end, f"not so within {seconds:g} s"
        await asyncio.sleep(_PAUSE_S)
    return found


async def turns(count=20):
    """Lets the loop go round so often: enough for what is begun to get as far as it can."""
    for _ in range(count):
        await asyncio.sleep(0)


def without_waiting(said):
    """What a command wrote to a pipe, without the lines that it waits: a slow machine has some."""
    return re.sub(r"^  \d+ s, .*\n", "", said, flags=re.MULTILINE)


async def _value(condition):
    found = condition()
    return await found if inspect.isawaitable(found) else found
