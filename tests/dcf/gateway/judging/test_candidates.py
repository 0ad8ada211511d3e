"""Candidates from being ready to being settled, over a provider in memory and real HTTP."""

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp import web

from dcf.errors import StorageFailed
from dcf.gateway.calls.metrics import Metrics
from dcf.gateway.calls.upstream import Upstream
from dcf.gateway.core import Gateway
from dcf.gateway.doors.metrics_page import MetricsPage
from dcf.gateway.judging import candidates
from dcf.gateway.judging.candidates import Candidates
from dcf.gateway.server import Server
from dcf.gateway.settings import Settings
from dcf.gateway.telemetry.traffic import Traffic
from dcf.providers.notices import CandidateReady, ReplicaRestarted, RolloutStep
from dcf.providers.placement import FunctionSpec
from dcf.providers.routing import Target
from dcf.providers.terms import Terms
from tests.dcf.providers.fake.provider import FakeProvider, Script
from tests.waiting import turns, until_async

SETTINGS = Settings(port=0, grpc_port=0, provider="fake")
CANARY = {"dcf.rollout.mode": "canary", "dcf.rollout.share": "0.5", "dcf.rollout.calls": "10"}
SHADOW = {**CANARY, "dcf.rollout.mode": "shadow"}


class Replica:
    """A real HTTP server.

    Attributes:
        status: Of its answers.
        calls: The headers of those it got.
    """

    def __init__(self, text):
        self.text, self.status, self.calls = text, 200, []
        self.hold = asyncio.Event()
        self.hold.set()

    async def answer(self, request):
        self.calls.append(request.headers)
        await request.read()
        await self.hold.wait()
        return web.Response(text=self.text, status=self.status)


class Two:
    """A gateway with function `f`: revision 1 of image `old` serves."""

    def __init__(self, provider, server, session, old, new):
        self.provider, self.server, self.session = provider, server, session
        self.old, self.new = old, new

    async def update(self, annotations):
        await self.provider.placement.update(FunctionSpec("f", "new", annotations=annotations))

    async def call(self):
        async with self.session.post(f"{self.server.rest}/function/f", data=b"x") as answer:
            return answer.status, answer.headers["X-Revision"]

    async def ask(self, path, method="GET"):
        url = f"{self.server.rest}/system/function/f{path}"
        async with self.session.request(method, url, headers={"X-Deployed-By": "ann"}) as answer:
            return answer.status, await answer.text()

    async def newest(self):
        return (await self.provider.placement.history("f"))[0]

    async def settled(self):
        async def is_settled():
            found = await self.newest()
            return found if found.rollout != "progressing" else None

        return await until_async(is_settled)

    async def metrics(self):
        async with self.session.get(f"{self.server.rest}/metrics") as answer:
            return await answer.text()


@asynccontextmanager
async def two():
    provider, runners = FakeProvider(), []
    replicas = {"old": Replica("same"), "new": Replica("same")}
    for name, replica in replicas.items():
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", replica.answer)
        runners.append(web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        port = runners[-1].addresses[0][1]
        provider.scripts[name] = Script([f"http://127.0.0.1:{port}"])
    await provider.placement.deploy(FunctionSpec("f", "old"))
    server = Server(SETTINGS, lambda _mesh: provider)
    await server.start()
    try:
        async with aiohttp.ClientSession() as session:
            yield Two(provider, server, session, replicas["old"], replicas["new"])
    finally:
        for each in replicas.values():
            each.hold.set()
        await server.stop()
        for runner in runners:
            await runner.cleanup()


def run(steps):
    asyncio.run(asyncio.wait_for(steps(), 60))


def test_a_canary_that_errs_is_settled_as_soon_as_that_is_plain():
    async def steps():
        async with two() as both:
            both.new.status = 500
            await both.update(CANARY)
            answers = [await both.call() for _ in range(20)]
            assert {revision: status for status, revision in answers} == {"1": 200, "2": 500}
            settled = await both.settled()
            assert (settled.rollout, settled.serving) == ("failed", False)
            assert settled.reason.startswith("canary goes back: 10 of 10 calls failed")
            assert [await both.call() for _ in range(4)] == [(200, "1")] * 4
            name = 'function_name="f.openfaas-fn"'
            assert f'verdicts_total{{{name},verdict="abandoned"}} 1.0' in await both.metrics()

    run(steps)


def test_a_canary_that_is_good_takes_over_though_no_more_calls_come():
    async def steps():
        async with two() as both:
            await both.update({**CANARY, "dcf.rollout.agreement": "0.9"})
            for _ in range(60):
                await both.call()
            settled = await both.settled()
            assert (settled.rollout, settled.serving) == ("ready", True)
            assert "compared answers agree" in settled.reason
            assert await both.call() == (200, "2")
            copies = [each for each in both.old.calls if "X-Copy" in each]
            assert 10 <= len(copies) <= 30
            assert not any("X-Copy" in each for each in both.new.calls)

    run(steps)


def test_a_canary_without_calls_goes_back_when_its_time_is_over():
    async def steps():
        async with two() as both:
            await both.update({**CANARY, "dcf.rollout.seconds": "1"})
            settled = await both.settled()
            assert settled.reason.startswith("canary goes back: too little to judge by in 1 s")

    run(steps)


class Beside:
    """Another gateway, which leads or does not."""

    def __init__(self, leads):
        self.leads = leads

    async def loads(self, _functions):
        return {}


def test_that_the_time_is_over_is_for_the_leader_to_say(monkeypatch):
    monkeypatch.setattr(candidates, "_AGAIN_SECONDS", 0.01)

    async def steps():
        async with two() as both:
            both.provider.together = beside = Beside(leads=False)
            asked = []
            real = both.provider.settle

            async def settle(*given, **more):
                asked.append(beside.leads)
                await real(*given, **more)

            both.provider.settle = settle
            await both.update({**CANARY, "dcf.rollout.seconds": "1"})
            waits = asyncio.get_running_loop().call_later(1.2, setattr, beside, "leads", True)
            assert (await both.settled()).reason.startswith("canary goes back: too little")
            assert asked == [True]
            waits.cancel()

    run(steps)


def test_what_calls_have_shown_any_gateway_may_say():
    async def steps():
        async with two() as both:
            both.provider.together = Beside(leads=False)
            both.new.status = 500
            await both.update(CANARY)
            for _ in range(20):
                await both.call()
            assert "calls failed" in (await both.settled()).reason

    run(steps)


def test_a_shadow_that_hangs_costs_no_caller_a_moment():
    async def steps():
        async with two() as both:
            both.new.hold.clear()
            await both.update({**SHADOW, "dcf.rollout.seconds": "600"})
            # No copy has an answer, so no caller waited for one.
            assert {await both.call() for _ in range(60)} == {(200, "1")}
            await until_async(lambda: len(both.new.calls) == 2)
            text = await both.metrics()
            assert 'copies_total{function_name="f.openfaas-fn",result="dropped"} 20.0' in text
            shadow = both.server._upstream.watched["f"]
            shadow.judge.ends_at = shadow.judge._settles_at = 0.0  # its time is over
            shadow.due.set()
            settled = await both.settled()
            assert (settled.rollout, await both.call()) == ("ended", (200, "1"))

    run(steps)


def test_how_it_is_doing_is_told_and_who_settled_it_by_hand():
    async def steps():
        async with two() as both:
            await both.update(CANARY)
            for _ in range(4):
                await both.call()
            line = "canary with 0.5 of the calls: 2 calls, 0 errors"
            for path in ("", "/history"):
                assert line in (await both.ask(path))[1]
            assert '"rolloutMode":"canary"' in (await both.ask(""))[1]
            status, said = await both.ask("/promote", "POST")
            assert (status, said) == (202, '{"revision":2,"image":"new"}')
            settled = await both.newest()
            assert settled.reason.startswith("promoted by hand, by ann: canary with 0.5")
            assert (settled.rollout, await both.call()) == ("ready", (200, "2"))
            status, said = await both.ask("/abandon", "POST")
            assert (status, "is no canary or shadow now" in said) == (400, True)
            assert "rolloutMode" not in (await both.ask(""))[1]

    run(steps)


def test_a_function_that_is_deleted_or_deployed_again_is_judged_no_more():
    async def steps():
        async with two() as both:
            await both.update(CANARY)
            candidates = both.server._upstream.watched
            assert set(candidates) == {"f"}
            await both.provider.placement.update(FunctionSpec("f", "old", env={"A": "1"}))
            assert not candidates
            await both.update(CANARY)
            assert set(candidates) == {"f"}
            url = f"{both.server.rest}/system/functions"
            async with both.session.delete(url, json={"functionName": "f"}) as answer:
                assert answer.status == 202
            assert not candidates

    run(steps)


def test_replicas_that_die_are_counted_against_their_revision():
    async def steps():
        async with two() as both:
            await both.update(CANARY)
            candidate = both.server._upstream.watched["f"]
            for revision in (1, 2, 2, 2):
                both.provider._hear(ReplicaRestarted("f", revision, "f-1", "exit", "status 7"))
            assert (candidate.judge.candidate.deaths, candidate.judge.serving.deaths) == (3, 1)
            assert "its replicas ended 3 times" in (await both.settled()).reason

    run(steps)


def test_a_verdict_that_cannot_be_kept_is_tried_again(monkeypatch):
    monkeypatch.setattr("dcf.gateway.judging.candidates._AGAIN_SECONDS", 0.01)

    async def steps():
        async with two() as both:
            settle, tries = both.provider.settle, []

            async def failing(*given, **more):
                tries.append(given)
                if len(tries) < 3:
                    raise StorageFailed("the disk is full")
                await settle(*given, **more)

            both.provider.settle = failing
            await both.update({**CANARY, "dcf.rollout.seconds": "1"})
            assert (await both.settled()).rollout == "failed"
            assert len(tries) == 3

    run(steps)


def test_a_provider_that_tells_of_the_end_before_all_is_done_is_let_finish():
    async def steps():
        async with two() as both:
            settle, done = both.provider.settle, []

            async def telling(*given, **more):
                await asyncio.create_task(settle(*given, **more))  # the end is heard there
                await asyncio.sleep(0.05)
                done.append(given)

            both.provider.settle = telling
            await both.update({**CANARY, "dcf.rollout.seconds": "1"})
            assert (await both.settled()).rollout == "failed"
            await until_async(lambda: done)
            verdicts = 'verdicts_total{function_name="f.openfaas-fn",verdict="abandoned"} 1.0'

            async def is_counted():
                return verdicts in await both.metrics()

            await until_async(is_counted)

    run(steps)


@pytest.mark.parametrize("step", ["trial", "keeping", "preparing"])
def test_any_other_step_ends_the_judging(step):
    async def steps():
        candidates = Candidates(Metrics())
        candidates.hear(CandidateReady("f", 2, 1, Terms("canary")))
        assert candidates.figures("f") == (0, "")  # the doors are not open yet
        candidates.start(SimpleNamespace(), SimpleNamespace())
        assert candidates.figures("f")[0] == 2
        candidates.hear(RolloutStep("g", 2, step))
        candidates.hear(RolloutStep("f", 2, "canary"))
        assert candidates.figures("f")[0] == 2
        candidates.hear(RolloutStep("f", 2, step))
        assert candidates.figures("f") == (0, "")
        await turns()
        await candidates.close()

    run(steps)


@pytest.mark.parametrize("is_ours", [True, False], ids=["by this gateway", "by another way"])
def test_the_turns_of_a_deleted_function_are_forgotten(is_ours):
    async def steps():
        provider, metrics = FakeProvider(), Metrics()
        gateway = Gateway(provider)
        await gateway.deploy(FunctionSpec("f", "i"))
        metrics.of("f").begin()
        upstream, both = Upstream(gateway, metrics), [Target("http://a", 1), Target("http://b", 2)]
        try:
            Candidates(metrics).start(gateway, upstream)
            first = upstream.balancer.choose("f", both)
            await (gateway if is_ours else provider).delete("f")
            await MetricsPage(gateway, metrics, Traffic()).text()
            assert upstream.balancer.choose("f", both) == first
        finally:
            await upstream.close()

    run(steps)
