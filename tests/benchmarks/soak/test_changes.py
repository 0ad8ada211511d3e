"""Every change, once, on a real gateway: each comes to what it should."""

import asyncio
import random
import sys

import pytest

from benchmarks.soak.changes import Changes
from benchmarks.soak.gateway import SoakedGateway
from benchmarks.soak.ledger import Ledger


@pytest.mark.slow
def test_every_change_comes_to_what_it_should():
    async def run(gateway):
        ledger = Ledger()
        changes = Changes(gateway, ledger, random.Random(3))
        await changes.begin()
        await changes._update()
        await changes._broken_update()
        await changes._roll_back()
        await changes._scale_one()
        await changes._kill()
        assert len(ledger.kills) == 1
        await changes.settle()
        assert sorted(gateway.replicas().values()) == ["echo", "ssd"]

    with SoakedGateway(sys.executable) as gateway:
        gateway.wait_ready()
        asyncio.run(run(gateway))
