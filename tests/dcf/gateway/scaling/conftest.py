"""A gateway's core with scaling, over a provider in memory, its clock in the test's hand."""

import asyncio
from dataclasses import replace

import pytest

from dcf.gateway.bounds import Bounds
from dcf.gateway.calls.metrics import Metrics
from dcf.gateway.calls.upstream import Upstream
from dcf.gateway.core import Gateway
from dcf.gateway.hearing import hearing
from dcf.gateway.judging.candidates import Candidates
from dcf.gateway.scaling.autoscaler import Autoscaler
from dcf.gateway.scaling.held_calls import HeldCalls
from dcf.gateway.scaling.scaling import Scaling
from dcf.providers.placement import FunctionSpec
from dcf.providers.routing import Target
from dcf.scale_labels import PREFIX
from tests.dcf.providers.fake.provider import FakeProvider

LABELS = {"zero": "true", "zero-duration": "10s", "type": "capacity", "target": "10", "max": "4"}
REPLICA = Target("http://replica", room=4)


class Scaled:
    """The function `f`, which scales.

    Attributes:
        now: What the autoscaler's clock says.
        asked: Numbers of replicas, in the order the provider was asked for them.
    """

    def __init__(self, bounds=None):
        self.now, self.asked = 1000.0, []
        self.provider = FakeProvider([REPLICA])
        self.gateway, self.metrics = Gateway(self.provider), Metrics()
        self.upstream = Upstream(self.gateway, self.metrics)
        self.scaler = Autoscaler(self.gateway, self.metrics, lambda: self.now)
        bounds = bounds or Bounds()
        self.held = HeldCalls(self.gateway, self.scaler, self.upstream.balancer, bounds)
        self._real, self.provider.scale = self.provider.scale, self._scale

    async def _scale(self, name, replicas):
        self.asked.append(replicas)
        await self._real(name, replicas)
        await self.provider._tell()

    async def deploy(self, replicas=1, **labels):
        labels = {PREFIX + key: each for key, each in {**LABELS, **labels}.items() if each}
        await self.provider.deploy(FunctionSpec("f", "x", labels=labels, replicas=replicas))

    def set(self, replicas, **changes):
        """As somebody else would."""
        self.provider.statuses["f"] = replace(
            self.provider.statuses["f"], replicas=replicas, **changes
        )

    def hold(self, count, body=b""):
        return [asyncio.create_task(self.held.hold("f", body)) for _ in range(count)]

    async def look(self, seconds=1.0):
        self.now += seconds
        await self.scaler.look_at_all()

    def everything(self):
        """The same with the loop that looks, and the real clock."""
        scaling = Scaling(self.gateway, self.metrics, self.upstream, Bounds())
        self.provider.listen(hearing(self.metrics, Candidates(self.metrics), [scaling.hear]))
        return scaling


@pytest.fixture
def scaled():
    """`scaled(steps, ...)` runs them with a `Scaled` of these bounds."""

    def run(steps, **bounds):
        async def all_steps():
            made = Scaled(Bounds(**bounds))
            try:
                async with asyncio.timeout(30):
                    return await steps(made)
            finally:
                await made.held.close()
                await made.upstream.close()

        return asyncio.run(all_steps())

    return run
