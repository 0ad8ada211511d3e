"""Which replica a copy goes to, and what comes back."""

import asyncio

import aiohttp
import pytest
from aiohttp import web
from multidict import CIMultiDict

from dcf.errors import UpstreamFailed, UpstreamTimeout
from dcf.gateway.calls.call import Call
from dcf.gateway.calls.metrics import Metrics
from dcf.gateway.calls.upstream import Upstream
from dcf.gateway.core import Gateway
from dcf.gateway.judging.replicas import LONGEST, Replicas
from dcf.providers.placement import FunctionSpec
from dcf.providers.routing import Target
from tests.dcf.providers.fake.provider import FakeProvider, Script

OLD, NEW = ["http://127.0.0.1:1", "http://127.0.0.1:2"], ["http://127.0.0.1:3"]
CALL = Call("POST", "/", CIMultiDict(), b"x")


def run(steps):
    async def whole():
        provider = FakeProvider()
        provider.scripts = {"old": Script(OLD), "new": Script(NEW)}
        gateway = Gateway(provider)
        upstream = Upstream(gateway, Metrics())
        try:
            await provider.deploy(FunctionSpec("f", "old"))
            await steps(provider, upstream, Replicas("f", gateway, upstream))
        finally:
            await upstream.close()

    asyncio.run(asyncio.wait_for(whole(), 30))


def judged(mode):
    return FunctionSpec("f", "new", annotations={"dcf.rollout.mode": mode})


def test_a_canarys_copy_goes_to_the_least_loaded_of_the_others():
    async def steps(provider, upstream, replicas):
        await provider.update(judged("canary"))
        assert replicas.but(2).address == OLD[0]
        with upstream.balancer.call(replicas.but(2)):
            assert replicas.but(2).address == OLD[1]
        assert replicas.but(1).address == NEW[0]
        assert replicas.shadow() is None
        for address in OLD:
            await provider.lose(address)
        assert replicas.but(2) is None

    run(steps)


def test_a_shadows_copy_goes_to_the_shadow_which_takes_no_calls():
    async def steps(provider, _upstream, replicas):
        await provider.update(judged("shadow"))
        assert replicas.shadow() == Target(NEW[0], 2)
        assert {each.address for each in provider.targets("f")} == set(OLD)
        await provider.lose(NEW[0])
        assert replicas.shadow() is None

    run(steps)


def test_of_a_function_that_was_deleted_there_is_nobody():
    async def steps(provider, _upstream, replicas):
        await provider.delete("f")
        assert (replicas.but(1), replicas.shadow()) == (None, None)

    run(steps)


async def serving(answer, steps, timeout=20.0):
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        return await steps(Target(f"http://127.0.0.1:{runner.addresses[0][1]}", 2, 1.0, timeout))
    finally:
        await runner.cleanup()


def test_the_whole_answer_comes_and_of_a_long_one_enough_to_see_that():
    async def small(_request):
        return web.Response(text="no", status=418)

    async def large(_request):
        return web.Response(body=b"x" * (4 * LONGEST))

    async def steps(_provider, upstream, replicas):
        kept = await serving(small, lambda target: replicas.send(target, CALL))
        assert (kept.status, kept.body) == (418, b"no")
        kept = await serving(large, lambda target: replicas.send(target, CALL))
        assert LONGEST < len(kept.body) < 4 * LONGEST
        assert upstream.balancer.total == 0

    run(steps)


def test_what_breaks_off_hangs_or_is_not_there_is_a_fault_of_its_own():
    async def hangs(_request):
        await asyncio.Event().wait()

    async def trickles(request):
        reply = web.StreamResponse()
        await reply.prepare(request)
        while True:
            await reply.write(b".")
            await asyncio.sleep(0.05)

    async def breaks(request):
        request.transport.abort()
        raise aiohttp.web.HTTPOk

    async def steps(_provider, upstream, replicas):
        for answer, fault, timeout in (
            (hangs, UpstreamTimeout, 0.3), (trickles, UpstreamTimeout, 0.3),
            (breaks, UpstreamFailed, 20.0),
        ):  # fmt: skip
            with pytest.raises(fault):
                await serving(answer, lambda target: replicas.send(target, CALL), timeout)
        with pytest.raises(UpstreamFailed):
            await replicas.send(Target(NEW[0], 2), CALL)
        assert upstream.balancer.total == 0
        await upstream.idle()

    run(steps)
