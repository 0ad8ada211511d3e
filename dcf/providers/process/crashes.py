"""The crashes of one replica, one after another: when to try again, and what to tell of them.

A replica that was ready for a while runs steadily: what happened before counts no more.
"""

_FIRST_DELAY, _LONGEST_DELAY = 0.1, 30.0
_STEADY_SECONDS = 10.0
_A_LOOP = 3  # once or twice is an accident


class Crashes:
    """Counts them; times are of one clock that only goes forward."""

    def __init__(self) -> None:
        self._count, self._since, self._next_try, self._reason = 0, 0.0, 0.0, ""
        self._delay = _FIRST_DELAY

    def ended(self, now: float, ready_at: float, reason: str) -> float:
        """Its process ended though nobody asked it to.

        Args:
            now: When.
            ready_at: When it became ready; 0 if it did not.
            reason: One line.

        Returns:
            Seconds to wait before it is started again.
        """
        if not self._count or (ready_at and now - ready_at > _STEADY_SECONDS):
            self._count, self._since, self._delay = 0, now, _FIRST_DELAY
        delay, self._delay = self._delay, min(2 * self._delay, _LONGEST_DELAY)
        self._count, self._next_try, self._reason = self._count + 1, now + delay, reason
        return delay

    def loop(self, now: float, ready_at: float) -> str:
        """One line if it ends again and again; else nothing.

        Args:
            now: When it is asked.
            ready_at: When it became ready last; 0 if it is not.
        """
        if self._count < _A_LOOP or (ready_at and now - ready_at > _STEADY_SECONDS):
            return ""
        wait = self._next_try - now
        then = f"next try in {wait:.0f} s" if wait >= 1 else "trying now"
        seconds = max(now - self._since, 1)
        return (
            f"crash loop: restarted {self._count} times in {seconds:.0f} s, {then}, "
            f"last: {self._reason}"
        )
