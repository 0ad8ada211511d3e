"""The replicas of a function, as those who judge it see them."""

from collections.abc import Sequence

from ...errors import NotFound
from ...providers.routing import Target
from ..calls.call import Call
from ..calls.upstream import Upstream
from ..core import Gateway
from .comparison import Kept

LONGEST = 1 << 18  # bytes of an answer that is kept to be compared


class Replicas:
    """Of one function whose candidate is judged."""

    def __init__(self, name: str, gateway: Gateway, upstream: Upstream) -> None:
        """All of them.

        Args:
            name: The function's.
            gateway: Knows where they are.
            upstream: The way to them.
        """
        self._name, self._gateway, self._upstream = name, gateway, upstream

    def but(self, revision: int) -> Target | None:
        """The least loaded that takes calls and is of another revision."""
        try:
            targets = self._gateway.targets(self._name)
        except NotFound:  # it was deleted meanwhile
            return None
        return self._least([each for each in targets if each.revision != revision])

    def shadow(self) -> Target | None:
        """The least loaded of the shadow."""
        try:
            return self._least(self._gateway.shadows(self._name))
        except NotFound:
            return None

    async def send(self, target: Target, call: Call) -> Kept:
        """The answer of one replica; raises a `DcfError` where none comes."""
        return Kept(*await self._upstream.copy(target, call, LONGEST))

    def _least(self, targets: Sequence[Target]) -> Target | None:
        inflight = self._upstream.balancer.inflight
        return min(targets, key=lambda each: inflight(each.address), default=None)
