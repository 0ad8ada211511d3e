"""Changes in any order and at any moment end in one state: what was asked for last, and no more."""

import asyncio
import os
import random

import pytest

from dcf.errors import DcfError
from dcf.providers.placement import FunctionSpec
from tests.waiting import until_async

SAYS = "import os\n\n\ndef handle(body):\n    return os.environ['SAYS']\n"
BROKEN = "raise RuntimeError('never ready')\n"


class Storm:
    """Random changes to the function `f`, and what must come of them."""

    def __init__(self, driven, images, seed):
        self.driven, self.provider = driven, driven.provider
        self.images, self.random = images, random.Random(seed)
        self.number = 0

    def spec(self):
        self.number += 1
        return FunctionSpec(
            "f",
            self.random.choice(self.images),
            env={"SAYS": str(self.number)},
            secrets=("token",) if self.random.random() < 0.5 else (),
        )

    async def update(self):
        await self.provider.placement.update(self.spec())

    async def roll_back(self):
        past = await self.provider.placement.history("f")
        await self.provider.placement.rollback(
            "f", self.random.choice([None, *(x.number for x in past)])
        )

    async def scale(self):
        await self.provider.placement.scale("f", self.random.randrange(3))

    async def replace(self):
        await self.provider.placement.delete("f")
        await self.provider.placement.deploy(self.spec())

    async def change_secret(self):
        await self.provider.stores.secrets.put("token", os.urandom(8), replace=True)

    async def run(self, count):
        steps = (self.update, self.update, self.roll_back, self.scale, self.replace)
        for _ in range(count):
            try:
                await self.random.choice((*steps, self.change_secret))()
            except DcfError as fault:
                assert "no earlier revision" in fault.message  # any other is a fault
            await asyncio.sleep(self.random.choice((0, 0, 0.05, 0.3, 0.8)))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_storm(drive, seed):
    async def steps(driven):
        images = [await driven.image(SAYS), await driven.image(SAYS + "\n"), None]
        images[2] = await driven.image(BROKEN)
        await driven.provider.stores.secrets.put("token", b"x", replace=False)
        await driven.provider.placement.deploy(FunctionSpec("f", images[0], env={"SAYS": "0"}))
        storm = Storm(driven, images, seed)
        await storm.run(40)
        last = FunctionSpec("f", images[0], env={"SAYS": "last"}, replicas=2)
        await driven.provider.placement.scale("f", 1)
        await driven.provider.placement.update(last)
        status = await driven.ready()
        assert (status.spec, status.replicas) == (last, 2)
        assert await driven.call() == "last"
        newest = (await driven.provider.placement.history("f"))[0]
        assert (newest.spec, newest.serving, newest.rollout) == (last, True, "ready")

        def is_drained():  # what was given up
            mounted = list((drive.home / "run" / "secrets").iterdir())
            return len(drive.supervisors()) == 2 and not mounted

        await until_async(is_drained)

    drive(steps)
    assert drive.supervisors() == []
    assert [path.name for path in (drive.home / "run").iterdir()] == ["secrets"]
