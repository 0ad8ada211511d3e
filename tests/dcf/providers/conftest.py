"""Process providers that tests drive directly, and handlers to give them."""

import asyncio
import time
from contextlib import asynccontextmanager
from urllib.request import urlopen

import pytest

from dcf.archive import Entry, pack
from dcf.providers.placement import FunctionSpec
from dcf.providers.process import ProcessProvider


class Driven:
    """A started provider, with the steps tests take often."""

    def __init__(self, provider, folder):
        self.provider, self.folder = provider, folder

    async def image(self, code, requirements=""):
        """Pack a handler `handle(body)` and upload it; gives its image."""
        source = self.folder / "source" / "src"
        source.mkdir(parents=True, exist_ok=True)
        (source / "handler.py").write_text(code)
        (source / "requirements.txt").write_text(requirements)
        archive = pack(source.parent, Entry("src", "handler.py", "handle"), (), ())

        async def chunks():
            yield archive.data

        await self.provider.stores.archives.put(archive.digest, chunks())
        return archive.image

    async def until(self, condition, seconds=30.0):
        """Wait until `condition(status of f)` holds; gives the status."""
        limit = time.monotonic() + seconds
        while not condition(status := await self.provider.placement.describe("f")):
            assert time.monotonic() < limit, status
            await asyncio.sleep(0.02)
        return status

    async def ready(self):
        """Wait until `f` is rolled out with all its replicas."""
        return await self.until(lambda s: s.rollout == "ready" and s.available == s.replicas)

    async def failed(self):
        """Wait until the newest revision of `f` has failed."""
        return await self.until(lambda s: s.rollout == "failed")

    async def deploy(self, code, requirements="", **fields):
        """Deploy `f` from a handler's code and wait until it is ready."""
        image = await self.image(code, requirements)
        await self.provider.placement.deploy(FunctionSpec("f", image, **fields))
        return await self.ready()

    async def call(self, body=b""):
        """What `f` answers."""
        target = self.provider.routing.targets("f")[0]

        def post():
            with urlopen(target.address, data=body or b"-", timeout=20) as reply:
                return reply.read().decode()

        return await asyncio.to_thread(post)


@pytest.fixture
def drive(tmp_path):
    """`drive(steps)` runs `steps(driven)` against a provider in a folder that stays the same."""

    @asynccontextmanager
    async def started():
        provider = ProcessProvider(tmp_path / "home")
        await provider.start()
        try:
            yield Driven(provider, tmp_path)
        finally:
            await provider.stop()

    def run(steps):
        async def all_steps():
            async with started() as driven:
                return await steps(driven)

        return asyncio.run(asyncio.wait_for(all_steps(), 90))

    run.home = tmp_path / "home"
    return run
