"""Scaling joined: whoever waits, at a door or in the queue, has a function started."""

import asyncio

import pytest
from aiohttp import web
from multidict import CIMultiDict

from dcf.errors import NotReady
from dcf.gateway.calls.upstream import Call
from dcf.providers.routing import Target
from tests.waiting import until_async


def test_what_waits_elsewhere_starts_a_function_once(scaled):
    async def steps(made):
        scaling = made.everything()
        await made.deploy(replicas=0)
        for _ in range(10):
            made.gateway.wanted("f")
            made.gateway.wanted("unknown")
        await until_async(lambda: made.asked == [1])
        await scaling.close()
        assert made.asked == [1]

    scaled(steps)


def test_a_call_at_zero_is_answered(scaled):
    async def steps(made):
        async def answer(request):
            return web.Response(body=await request.read())

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.provider.replicas = (Target(f"http://127.0.0.1:{runner.addresses[0][1]}", room=2),)
        scaling = made.everything()
        await made.deploy(replicas=0)

        async def call(body):
            async with made.upstream.open("f", Call("POST", "/", CIMultiDict(), body)) as answered:
                return await answered.response.read()

        bodies = [f"call {number}".encode() for number in range(40)]
        assert await asyncio.gather(*map(call, bodies)) == bodies
        assert made.asked == [1]
        await scaling.close()
        await runner.cleanup()

    scaled(steps)


def test_its_calls_under_way_are_looked_at_until_it_is_closed(scaled):
    async def steps(made):
        scaling = made.everything()
        await made.deploy()
        for _ in range(35):
            made.metrics.of("f").begin()
        scaling.start()
        await until_async(lambda: made.asked == [4])
        await scaling.close()

    scaled(steps)


def test_without_a_start_a_call_gets_the_reason_as_ever(scaled):
    async def steps(made):
        scaling = made.everything()
        await made.deploy(replicas=0, zero="")
        with pytest.raises(NotReady, match="It is scaled to 0 replicas"):
            async with made.upstream.open("f", Call("GET", "/", CIMultiDict(), None)):
                raise AssertionError
        await scaling.close()

    scaled(steps)
