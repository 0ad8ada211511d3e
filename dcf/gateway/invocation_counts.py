"""How often each function was called; kept across restarts by whoever collects what changed."""

from collections import Counter
from collections.abc import Mapping


class InvocationCounts:
    """Counts by function name, and which of them changed since they were last collected."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._changed: set[str] = set()

    def __getitem__(self, name: str) -> int:
        return self._counts[name]

    def add(self, name: str) -> None:
        """Count one call."""
        self._counts[name] += 1
        self._changed.add(name)

    def forget(self, name: str) -> None:
        """Start again from nothing: the function was deleted."""
        if self._counts.pop(name, None) is not None:
            self._changed.add(name)

    def restore(self, kept: Mapping[str, int]) -> None:
        """Go on from what was kept before."""
        self._counts.update(kept)

    def changes(self) -> dict[str, int]:
        """Counts that changed since the last time this was asked; 0 means forgotten."""
        changed, self._changed = self._changed, set()
        return {name: self._counts[name] for name in changed}

    def tell_again(self, changes: Mapping[str, int]) -> None:
        """Count changes that could not be kept among those of the next time."""
        self._changed.update(changes)
