"""How often a function was called through all gateways, from two counts of which each lacks some.

A gateway counts its own calls at once; replicas count those of all gateways, a little later, and
take what they have counted with them when they end.
"""

from ...providers.together import Load

_REBASE_SECONDS = 60.0


class CallsOfAll:
    """Of one function: the higher of the two counts, each begun again from time to time."""

    def __init__(self) -> None:
        self._base, self._since = 0, float("-inf")
        self._own, self._everybodys = _Count(), _Count()

    def count(self, now: float, own: int, load: Load | None) -> int:
        """Calls so far; it only grows.

        Args:
            now: Seconds.
            own: Calls begun here so far.
            load: What replicas tell, if they do.
        """
        self._own.see(own)
        if load is not None:
            self._everybodys.see(load.calls)
        calls = self._base + max(self._own.grown, self._everybodys.grown)
        if now - self._since >= _REBASE_SECONDS:
            self._base, self._since = calls, now
            self._own.grown = self._everybodys.grown = 0
        return calls


class _Count:
    """How far a count has grown; where it falls, somebody has begun to count again."""

    def __init__(self) -> None:
        self._last: int | None = None
        self.grown = 0

    def see(self, now: int) -> None:
        """It is this much now."""
        if self._last is not None:
            self.grown += max(now - self._last, 0)
        self._last = now
