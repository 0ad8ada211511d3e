"""A call of the queue on its way to a replica."""

from dataclasses import dataclass

from .upstream import Call


@dataclass(frozen=True)
class QueuedCall(Call):
    """A call that was taken before its turn came; `X-Start-Time` says when."""
