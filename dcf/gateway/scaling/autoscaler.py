"""Looks at the calls of functions that scale, once a second, and has the rule's number set.

Where it finds another number than it set, somebody else set that one; the rule takes it over.
Of several gateways the leader looks, at the calls of all of them; each wakes functions at zero.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from functools import partial

from ...errors import DcfError
from ...providers.placement import PROGRESSING, FunctionSpec, FunctionState
from ...providers.together import Load
from ...scale_labels import Policy, policy_in_force
from ..bounds import Bounds
from ..calls.metrics import Metrics
from ..calls.not_ready import is_hopeless
from ..core import Gateway
from .calls_of_all import CallsOfAll
from .rule import Rule

_LOOK_SECONDS = 1.0
_LOOKS_UNTIL_ALL = 5  # new ones are found then: of a thousand functions most do not scale
Event = Callable[[Rule, float], int]
_log = logging.getLogger(__name__)


class _Scaled:
    """One function that scales."""

    def __init__(self, policy: Policy, now: float, replicas: int, hold_seconds: float) -> None:
        self._hold_seconds = hold_seconds
        self.rule, self._set = Rule(policy, now, replicas), replicas
        self._woken_at = now  # by somebody else, as far as anybody knows
        self._spec: FunctionSpec | None = None
        # A call may wake it while it is looked at.
        self.changing = asyncio.Lock()
        self.calls = CallsOfAll()

    def note(self, state: FunctionState, now: float) -> bool:
        """What it says and has now; whether it still scales."""
        if state.spec is not self._spec:
            policy, self._spec = policy_in_force(state.spec.labels), state.spec
            if policy is None:
                return False
            if policy != self.rule.policy:
                self.rule = Rule(policy, now, state.replicas)
        if state.replicas != self._set:
            self.set(state.replicas, now)
        return True

    def set(self, replicas: int, now: float) -> None:
        """Another number is wanted than the rule had said."""
        if replicas and not self._set:
            self._woken_at = now
        self._set = replicas
        self.rule.counted(now, replicas)

    def decide(self, event: Event, state: FunctionState, now: float) -> int:
        """The number after an event."""
        wanted = event(self.rule, now)
        if wanted < state.replicas and (self._starts(state, now) or _is_untried(state)):
            self.set(state.replicas, now)
            return state.replicas
        self._set = wanted
        return wanted

    def _starts(self, state: FunctionState, now: float) -> bool:
        """Whether its first replica starts for a call that may still wait at another gateway."""
        return not state.available and now - self._woken_at < self._hold_seconds


class Autoscaler:
    """Of one gateway."""

    def __init__(
        self,
        gateway: Gateway,
        metrics: Metrics,
        clock: Callable[[], float],
        hold_seconds: float = Bounds().hold_timeout,
    ) -> None:
        """Looks at nothing before `run`.

        Args:
            gateway: Has the functions.
            metrics: Counts their calls.
            clock: Seconds.
            hold_seconds: How long a call waits for a first replica at most.
        """
        self._hold_seconds = hold_seconds
        self._gateway, self._metrics, self._clock = gateway, metrics, clock
        self._scaled: dict[str, _Scaled] = {}

    async def run(self) -> None:
        """Look again and again, until it is cancelled."""
        look = 0
        while True:
            try:
                if self._gateway.leads:
                    await (self.look() if look % _LOOKS_UNTIL_ALL else self.look_at_all())
                else:
                    self._scaled.clear()  # whoever leads next begins with what there is then
            except Exception:  # pylint: disable=broad-exception-caught # the next look may succeed
                _log.exception("functions could not be scaled")
            look += 1
            await asyncio.sleep(_LOOK_SECONDS)

    async def look_at_all(self) -> None:
        """Look at every function: some may be new."""
        states = await self._gateway.functions()
        for gone in self._scaled.keys() - {each.spec.name for each in states}:
            del self._scaled[gone]
        await self._look_at(
            state.spec.name
            for state in states
            if state.spec.name in self._scaled or policy_in_force(state.spec.labels)
        )

    async def look(self) -> None:
        """Look at those that are known to scale."""
        await self._look_at(self._scaled)

    async def _look_at(self, functions: Iterable[str]) -> None:
        names = tuple(functions)
        loads = await self._gateway.loads(names)
        for name in names:
            await self._decide(name, partial(self._sampled, name, loads.get(name)))

    def _sampled(self, name: str, load: Load | None, rule: Rule, now: float) -> int:
        """Its calls; of other gateways' what replicas tell, of our own also those that wait."""
        tally = self._metrics.of(name)
        in_flight = max(tally.in_flight, load.in_flight if load else 0)
        return rule.sampled(now, in_flight, self._scaled[name].calls.count(now, tally.begun, load))

    async def wake(self, name: str) -> None:
        """A call found no replica: have the first ones started, if the function may have none."""
        await self._decide(name, lambda rule, now: rule.called(now))

    async def _decide(self, name: str, event: Event) -> None:
        """Give a function's rule an event, and have its number set."""
        with contextlib.suppress(DcfError):  # deleted, or not to be written; it is logged
            scaled = self._scaled.get(name) or self._new(await self._gateway.describe(name))
            if scaled is None:
                return
            async with scaled.changing:
                state, now = await self._gateway.describe(name), self._clock()
                if self._scaled.get(name) is not scaled:
                    return  # it scales no more, as somebody else has just seen
                if not scaled.note(state, now):
                    self._scaled.pop(name, None)
                    return
                wanted = scaled.decide(event, state, now)
                if wanted == state.replicas:
                    return
                if not state.replicas:
                    self._metrics.of(name).wake()
                await self._gateway.autoscale(name, wanted, state.replicas, scaled.rule.load)

    def _new(self, state: FunctionState) -> _Scaled | None:
        policy, name = policy_in_force(state.spec.labels), state.spec.name
        if policy is not None and name not in self._scaled:
            self._scaled[name] = _Scaled(policy, self._clock(), state.replicas, self._hold_seconds)
        return self._scaled.get(name)


def _is_untried(state: FunctionState) -> bool:
    """Whether with fewer replicas nobody could tell if its new revision is well."""
    return state.rollout == PROGRESSING or is_hopeless(state)
