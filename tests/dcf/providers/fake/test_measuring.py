"""What is said to be used goes by the replicas that are wanted."""

import asyncio

from dcf.providers.measuring import Consumption
from dcf.providers.placement import FunctionSpec
from tests.dcf.providers.fake.measuring import MEMORY
from tests.dcf.providers.fake.provider import FakeProvider


def test_each_replica_takes_as_much():
    async def steps():
        provider = FakeProvider()
        assert await provider.measuring.consumption() == {}
        await provider.deploy(FunctionSpec("f", "i", replicas=2))
        assert await provider.measuring.consumption() == {"f": Consumption(2.0, 2 * MEMORY)}
        await provider.delete("f")
        assert await provider.measuring.consumption() == {}

    asyncio.run(steps())
