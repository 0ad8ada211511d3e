"""Routing: where the calls of a function can go now.

One of the parts of the provider port (`port.py`). The gateway alone counts what is in flight.
A provider that ends a replica takes its target off the list first and then asks the replica itself
to drain: a replica that is draining says so (`/_/ready`), finishes its calls, and ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .placement import ReplicaExit


@dataclass(frozen=True, slots=True)
class Target:
    """One ready replica.

    Attributes:
        address: `http://host:port`, without a path.
        revision: Number of the revision it runs; from 1 on.
        weight: Share of the function's calls that this revision gets, relative to the weights of
            its other revisions; all targets of a revision have the same. With 0 it gets none
            while another revision has targets.
        timeout: Seconds without a byte after which a call is given up.
        metrics: Where its page of metrics is; empty where that is not known.
        room: Calls that it takes at once, running and waiting; 0 where that is not known.
    """

    address: str
    revision: int = 1
    weight: float = 1.0
    timeout: float = 60.0
    metrics: str = ""
    room: int = 0


class Routing(Protocol):
    """The targets of functions. Unknown names raise `NotFound`."""

    def targets(self, name: str) -> Sequence[Target]:
        """The ready replicas, without waiting: it is on the way of every call.

        The same tuple as long as nothing changes costs a call the same however many there are.
        """

    def shadows(self, name: str) -> Sequence[Target]:
        """The ready replicas of a shadow: they get copies of calls, and are no targets."""

    async def ready(self, name: str, deadline: float) -> Sequence[Target]:
        """The ready replicas, as soon as there is one.

        Args:
            name: The function.
            deadline: On the event loop's clock; then the list may be empty.
        """

    async def ended(self, name: str, target: Target, deadline: float) -> ReplicaExit | None:
        """How the replica ended that has just broken off a call, as soon as that is known.

        Args:
            name: The function.
            target: Where the call was.
            deadline: On the event loop's clock.

        Returns:
            None if it lives, or if nobody knows by the deadline.
        """
