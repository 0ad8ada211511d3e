"""Measuring: what the replicas of all functions use, for whoever keeps an eye on them.

One of the parts of the provider port (`port.py`), which a provider may lack.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Consumption:
    """What one function's replicas use together.

    Attributes:
        cpu_seconds: Processor time so far, as far as it was seen; it only grows.
        memory_bytes: Resident memory now.
    """

    cpu_seconds: float
    memory_bytes: int


class Measuring(Protocol):
    """Measures all functions at once."""

    async def consumption(self) -> Mapping[str, Consumption]:
        """By function; it may be a few seconds old, so that asking often costs little."""
