"""Waiting until a revision serves, and saying meanwhile how far it is."""

import time
from collections.abc import Callable

from .errors import RolloutFailed
from .function import ENDED, FAILED, READY, Function, Revision

_LONGEST_S = 900.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _GROWTH = 0.05, 0.5, 1.2


def wait_for(
    function: Function, number: int, tell: Callable[[str], None], trial: float = 0.0
) -> Revision:
    """Waits until a revision serves, or was compared, where it is a shadow.

    Args:
        function: Whose.
        number: The revision's.
        tell: Takes what is being done, when that changes.
        trial: Seconds for which it may be tried out beside what serves.

    Returns:
        The revision; it serves, unless its rollout ``ended``.

    Raises:
        RolloutFailed: It never will; the message says why, and what serves.
    """
    longest, pause, told = _LONGEST_S + trial, _FIRST_PAUSE_S, ""
    end = time.monotonic() + longest
    while True:
        state, rows = function.state(), function.history()
        found = next((row for row in rows if row.number == number), None)
        if found is None or (found.rollout == READY and not found.serving):
            raise RolloutFailed(f"revision {number} was replaced by another: {_serving(rows)}")
        if found.rollout in {READY, ENDED}:
            return found
        if found.rollout == FAILED:
            why = found.reason or "no reason given"
            raise RolloutFailed(f"revision {number} cannot serve: {why}; {_serving(rows)}")
        if state.reason and state.reason != told:
            told = state.reason
            tell(told)
        if time.monotonic() > end:
            raise RolloutFailed(
                f"revision {number} is not ready after {longest:g} s: see "
                f"`dcf function log {function.name} -g {function.gateway}`; {_serving(rows)}"
            )
        time.sleep(pause)
        pause = min(pause * _GROWTH, _LONGEST_PAUSE_S)


def _serving(rows: list[Revision]) -> str:
    for row in rows:
        if row.serving:
            model = f", {row.notes.model}," if row.notes.model else ""
            return f"revision {row.number}{model} still serves"
    return "nothing serves yet"
