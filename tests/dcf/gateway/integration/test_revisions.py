"""Two revisions behind one gateway: their shares, what replies and metrics say, losses, drains."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from dcf.gateway.server import Server
from dcf.gateway.settings import Settings
from dcf.providers.placement import FunctionSpec
from tests.dcf.providers.fake.provider import FakeProvider, Script
from tests.waiting import until_async

SETTINGS = Settings(port=0, grpc_port=0, provider="fake")


class Replica:
    """A real HTTP server that drains as a watcher does: not ready, then its calls, then the end."""

    def __init__(self, name):
        self.name, self.address = name, ""
        self.hold = asyncio.Event()
        self.hold.set()
        self.busy = 0
        self.is_idle = asyncio.Event()
        self.is_draining = False

    async def answer(self, request):
        self.busy += 1
        self.is_idle.clear()
        try:
            await request.read()
            await self.hold.wait()
            return web.Response(text=self.name)
        finally:
            self.busy -= 1
            if not self.busy:
                self.is_idle.set()

    async def drain(self):
        self.is_draining = True
        if self.busy:
            await self.is_idle.wait()


@asynccontextmanager
async def running(name):
    replica = Replica(name)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", replica.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    replica.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield replica
    finally:
        await runner.cleanup()


class Two:
    """A gateway with function `f`: revision 1 of image `old`, then 2 of image `new`."""

    def __init__(self, provider, server, session, old, new):
        self.provider, self.server, self.session = provider, server, session
        self.old, self.new = old, new

    async def call(self):
        async with self.session.post(f"{self.server.rest}/function/f", data=b"x") as answer:
            return answer.status, answer.headers.get("X-Revision"), await answer.text()

    async def update(self):
        await self.provider.placement.update(FunctionSpec("f", "new"))

    async def metrics(self):
        async with self.session.get(f"{self.server.rest}/metrics") as answer:
            return await answer.text()


@asynccontextmanager
async def two(**scripts):
    provider = FakeProvider()
    async with running("old") as old, running("new") as new:
        replicas = {each.address: each for each in (old, new)}
        provider.scripts = {
            "old": Script([old.address], **scripts.get("old", {})),
            "new": Script([new.address], **scripts.get("new", {})),
        }
        provider.drain = lambda target: replicas[target.address].drain()
        await provider.placement.deploy(FunctionSpec("f", "old"))
        server = Server(SETTINGS, lambda _mesh: provider)
        await server.start()
        try:
            async with aiohttp.ClientSession() as session:
                yield Two(provider, server, session, old, new)
        finally:
            await server.stop()


def run(steps):
    asyncio.run(asyncio.wait_for(steps(), 30))


def test_each_revision_gets_exactly_its_share_and_every_reply_says_which_it_was():
    async def steps():
        async with two() as both:
            await both.update()
            await both.provider.split("f", {1: 9, 2: 1})
            answers = Counter([await both.call() for _ in range(200)])
            assert answers == {(200, "1", "old"): 180, (200, "2", "new"): 20}
            text = await both.metrics()
            name = 'function_name="f.openfaas-fn"'
            for revision, calls, share in ((1, 180, 0.9), (2, 20, 0.1)):
                labels = f'{name},revision="{revision}"'
                counted = f'seconds_count{{code="200",{labels}}} {calls}.0'
                assert f"gateway_function_revision_{counted}" in text
                assert f"gateway_function_revision_weight{{{labels}}} {share}" in text
                assert f"gateway_function_revision_replicas{{{labels}}} 1.0" in text
            assert f'gateway_function_invocation_total{{code="200",{name}}} 200.0' in text

    run(steps)


def test_a_slow_revision_takes_no_calls_before_it_is_ready_and_all_of_them_then():
    async def steps():
        gate = asyncio.Event()
        async with two(new={"gate": gate}) as both:
            await both.update()
            assert (await both.provider.placement.describe("f")).rollout == "progressing"
            assert await both.call() == (200, "1", "old")
            gate.set()

            async def is_ready():
                return (await both.provider.placement.describe("f")).rollout == "ready"

            await until_async(is_ready)
            assert await both.call() == (200, "2", "new")

    run(steps)


def test_a_revision_that_fails_leaves_the_old_one_to_serve():
    async def steps():
        async with two(new={"fault": "no weights"}) as both:
            await both.update()
            status = await both.provider.placement.describe("f")
            assert (status.rollout, status.reason) == ("failed", "no weights")
            assert await both.call() == (200, "1", "old")

    run(steps)


def test_a_revision_that_lost_its_replicas_leaves_its_share_to_the_other():
    async def steps():
        async with two() as both:
            await both.update()
            await both.provider.split("f", {1: 1, 2: 1})
            await both.provider.lose(both.new.address)
            assert Counter([await both.call() for _ in range(10)]) == {(200, "1", "old"): 10}
            await both.provider.lose(both.old.address)
            assert (await both.call())[0] == 503
            await both.provider.recover(both.new.address)
            assert await both.call() == (200, "2", "new")

    run(steps)


def test_a_drained_replica_gets_no_new_calls_and_finishes_those_it_has():
    async def steps():
        async with two() as both:
            both.old.hold.clear()
            slow = asyncio.create_task(both.call())
            await until_async(lambda: both.old.busy)
            assert both.server.inflight(both.old.address) == 1
            await both.update()
            assert await both.call() == (200, "2", "new")
            await until_async(lambda: both.old.is_draining)
            assert [each.address for each in both.provider.draining] == [both.old.address]
            both.old.hold.set()
            assert await slow == (200, "1", "old")
            await until_async(lambda: not both.provider.draining)
            assert both.server.inflight(both.old.address) == 0

    run(steps)


def test_of_many_revisions_only_the_newest_keep_series():
    async def steps():
        async with two() as both:
            for number in range(8):
                await both.provider.placement.update(
                    FunctionSpec("f", "new", env={"N": str(number)})
                )
                assert await both.call() == (200, str(number + 2), "new")
            text = await both.metrics()
            series = (
                'revision_seconds_count{{code="200",function_name="f.openfaas-fn",revision="{}"}}'
            )
            kept = [number for number in range(1, 10) if series.format(number) in text]
            assert kept == [5, 6, 7, 8, 9]

    run(steps)


@pytest.mark.parametrize("path", ["/function/f", "/openfx/function/f"])
def test_answers_of_every_door_say_the_revision(path):
    async def steps():
        async with (
            two() as both,
            both.session.post(f"{both.server.rest}{path}", data=b"x") as answer,
        ):
            assert answer.headers["X-Revision"] == "1"

    run(steps)
