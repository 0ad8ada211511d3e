"""What keeps calls until their function has started, as whoever sends calls sees it."""

from collections.abc import Container
from typing import Protocol


class Holds(Protocol):
    """Holds calls."""

    @property
    def names(self) -> Container[str]:
        """Functions of which calls are held: others get in line."""

    def count(self, name: str) -> int:
        """How many of one function are held."""

    async def hold(self, name: str, body: object) -> None:
        """Wait until a function can take a call; raises `NotReady`."""
