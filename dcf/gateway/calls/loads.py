"""How many calls each replica has now, and who wants to hear of it."""

from typing import Protocol


class Follower(Protocol):
    """Hears of the calls of replicas."""

    def move(self, address: str, calls: int) -> None:
        """A replica has so many calls now: one more or one less than before."""


class Loads:
    """Calls under way, by the address of a replica; who has none is not in the table."""

    def __init__(self) -> None:
        self._calls: dict[str, int] = {}
        # More than one where two revisions, or two functions, share an address.
        self._followers: dict[str, list[Follower]] = {}

    @property
    def total(self) -> int:
        """Of all replicas together."""
        return sum(self._calls.values())

    def of(self, address: str) -> int:
        """Of one replica."""
        return self._calls.get(address, 0)

    def add(self, address: str, calls: int) -> None:
        """A replica has one call more, or one less."""
        now = self.of(address) + calls
        if now:
            self._calls[address] = now
        else:
            del self._calls[address]
        for follower in self._followers.get(address, ()):
            follower.move(address, now)

    def follow(self, address: str, follower: Follower) -> None:
        """Tell somebody of a replica's calls from now on."""
        self._followers.setdefault(address, []).append(follower)

    def unfollow(self, address: str, follower: Follower) -> None:
        """Tell it no more."""
        left = [each for each in self._followers[address] if each is not follower]
        if left:
            self._followers[address] = left
        else:
            del self._followers[address]
