"""The replicas of one revision, as the rollout machine knows them: numbers, and which are ready."""

from collections.abc import Sequence


class Group:
    """Replicas that run the same code with the same settings.

    Attributes:
        number: The revision's.
        has_served: It was written down as the revision that serves.
        is_leaving: It is being drained and starts nothing any more.
        ending: Members that were stopped and have not ended.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.has_served = self.is_leaving = False
        self.ending: set[int] = set()
        self._ready: dict[int, bool] = {}  # by member, oldest first
        self._last = 0

    @property
    def wanted(self) -> int:
        """How many it was scaled to."""
        return len(self._ready)

    @property
    def ready(self) -> Sequence[int]:
        """The members that take calls."""
        return [member for member, is_ready in self._ready.items() if is_ready]

    @property
    def is_all_ready(self) -> bool:
        """Whether every member takes calls; true of none."""
        return all(self._ready.values())

    def __contains__(self, member: int) -> bool:
        return member in self._ready

    def add(self) -> int:
        """A new member, not ready yet."""
        self._last += 1
        self._ready[self._last] = False
        return self._last

    def note(self, member: int, *, is_ready: bool) -> None:
        """Whether a member takes calls now."""
        self._ready[member] = is_ready

    def release(self, count: int) -> Sequence[int]:
        """Let so many members end: those that are not ready first, then the newest."""
        order = sorted(self._ready, key=lambda member: (self._ready[member], -member))
        for member in order[:count]:
            del self._ready[member]
            self.ending.add(member)
        return order[:count]
