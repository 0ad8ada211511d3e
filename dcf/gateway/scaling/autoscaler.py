"""Looks at the calls of functions that scale, once a second, and has the rule's number set.

A number that it finds to be another one than it set was set by somebody else; the rule is told so.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from ...errors import DcfError
from ...providers.placement import FunctionState
from ...scale_labels import Policy, policy_in_force
from ..calls.metrics import Metrics
from ..core import Gateway
from .rule import Rule

_LOOK_SECONDS = 1.0
_LOOKS_UNTIL_ALL = 5  # new ones are found then: of a thousand functions most do not scale
_log = logging.getLogger(__name__)


class _Scaled:
    """One function that scales."""

    def __init__(self, policy: Policy, now: float, replicas: int) -> None:
        self.rule, self.set = Rule(policy, now, replicas), replicas
        # A call may wake it while it is looked at.
        self.changing = asyncio.Lock()

    def note(self, policy: Policy, now: float, replicas: int) -> None:
        """What it says and has now."""
        if policy != self.rule.policy:
            self.rule = Rule(policy, now, replicas)
        elif replicas != self.set:
            self.rule.counted(now, replicas)
        self.set = replicas


class Autoscaler:
    """Of one gateway."""

    def __init__(self, gateway: Gateway, metrics: Metrics, clock: Callable[[], float]) -> None:
        """Looks at nothing before `run`.

        Args:
            gateway: Has the functions.
            metrics: Counts their calls.
            clock: Seconds.
        """
        self._gateway, self._metrics, self._clock = gateway, metrics, clock
        self._scaled: dict[str, _Scaled] = {}

    async def run(self) -> None:
        """Look again and again, until it is cancelled."""
        look = 0
        while True:
            try:
                await (self.look() if look % _LOOKS_UNTIL_ALL else self.look_at_all())
            except Exception:  # pylint: disable=broad-exception-caught # the next look may succeed
                _log.exception("functions could not be scaled")
            look += 1
            await asyncio.sleep(_LOOK_SECONDS)

    async def look_at_all(self) -> None:
        """Look at every function: some may be new."""
        states = await self._gateway.functions()
        for gone in self._scaled.keys() - {each.spec.name for each in states}:
            del self._scaled[gone]
        for state in states:
            if state.spec.name in self._scaled or policy_in_force(state.spec.labels):
                await self._look_at(state.spec.name)

    async def look(self) -> None:
        """Look at those that are known to scale."""
        for name in tuple(self._scaled):
            await self._look_at(name)

    async def _look_at(self, name: str) -> None:
        def sampled(rule: Rule, now: float) -> int:
            tally = self._metrics.of(name)
            return rule.sampled(now, tally.in_flight, tally.begun)

        await self._decide(name, sampled)

    async def wake(self, name: str) -> None:
        """A call found no replica: have the first ones started, if the function may have none."""
        await self._decide(name, lambda rule, now: rule.called(now))

    async def _decide(self, name: str, event: Callable[[Rule, float], int]) -> None:
        """Give a function's rule an event, and have its number set."""
        with contextlib.suppress(DcfError):  # deleted, or not to be written; it is logged
            scaled = self._known(await self._gateway.describe(name))
            if scaled is None:
                return
            async with scaled.changing:
                state, now = await self._gateway.describe(name), self._clock()
                scaled.note(scaled.rule.policy, now, state.replicas)
                wanted = event(scaled.rule, now)
                if wanted == state.replicas:
                    return
                if not state.replicas:
                    self._metrics.of(name).wake()
                await self._gateway.autoscale(name, wanted, state.replicas, scaled.rule.load)
                scaled.set = wanted

    def _known(self, state: FunctionState) -> _Scaled | None:
        name, policy = state.spec.name, policy_in_force(state.spec.labels)
        if policy is None:
            self._scaled.pop(name, None)
            return None
        if name not in self._scaled:
            self._scaled[name] = _Scaled(policy, self._clock(), state.replicas)
        scaled = self._scaled[name]
        if not scaled.changing.locked():
            scaled.note(policy, self._clock(), state.replicas)
        return scaled
