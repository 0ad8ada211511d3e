"""Gateways side by side: which one leads, and what functions carry whoever sent it.

One of the parts of the provider port (`port.py`), which a provider lacks that one gateway has for
itself.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Load:
    """Of one function, from all gateways together.

    Attributes:
        in_flight: Calls that its replicas have, running and waiting.
        calls: Calls that they were sent so far, as far as was seen; it only grows.
    """

    in_flight: int
    calls: int


class Together(Protocol):
    """What a gateway has to know of others beside it."""

    @property
    def leads(self) -> bool:
        """Whether this one is the one that scales functions, and ends what has no verdict."""

    async def loads(self, functions: Collection[str]) -> Mapping[str, Load]:
        """The loads of functions; without those whose replicas tell nothing."""
