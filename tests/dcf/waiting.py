"""Waiting for what no event tells of: a condition, looked at again and again, never for ever."""

import asyncio
import inspect
import time
from collections.abc import Callable

_MOMENT = 0.01


async def until(condition: Callable[[], object], seconds: float = 30.0) -> object:
    """Let the loop go on until something is so; gives what `condition` (it may be async) gave."""
    limit = time.monotonic() + seconds
    while not (found := await _value(condition)):
        assert time.monotonic() < limit, f"it did not come to be so in {seconds:g} s"
        await asyncio.sleep(_MOMENT)
    return found


async def turns(count: int = 20) -> None:
    """Let the loop go round so often: enough for what is begun to get as far as it can."""
    for _ in range(count):
        await asyncio.sleep(0)


def wait_for(condition: Callable[[], object], seconds: float = 15.0) -> object:
    """The same, where there is no loop."""
    limit = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < limit, f"it did not come to be so in {seconds:g} s"
        time.sleep(_MOMENT)
    return found


async def _value(condition: Callable[[], object]) -> object:
    found = condition()
    return await found if inspect.isawaitable(found) else found
