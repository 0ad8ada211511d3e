"""Calls to replicas: the client side, with real replicas and no door."""

import asyncio
import io
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from multidict import CIMultiDict

from dcf.errors import NotFound, NotReady, ReplicaCrashed, UpstreamFailed, UpstreamTimeout
from dcf.gateway.calls.call import Call
from dcf.gateway.calls.metrics import Metrics
from dcf.gateway.calls.reaching import WHOLE_BODY, _payload
from dcf.gateway.calls.upstream import Upstream
from dcf.gateway.core import Gateway
from dcf.providers.placement import FunctionSpec, ReplicaExit
from dcf.providers.routing import Target
from tests.dcf.providers.fake.provider import FakeProvider, Script
from tests.waiting import until_async

NOBODY = "No endpoints available for: f."


class Calling:
    """An upstream with the function `f`."""

    def __init__(self, provider):
        self.provider, self.gateway, self.metrics = provider, Gateway(provider), Metrics()
        self.upstream = Upstream(self.gateway, self.metrics)

    async def call(self, body=b"body", path="/p%2Fq?x=1", **headers):
        """Status, revision and body of an answer."""
        call = Call("POST", path, CIMultiDict(headers), body)
        async with self.upstream.open("f", call) as answer:
            return answer.response.status, answer.revision, await answer.response.read()

    def counted(self, code):
        """How many calls ended with a status."""
        line = f'invocation_total{{code="{code}",function_name="f.openfaas-fn"}} '
        text = b"".join(self.metrics.lines("f")).decode()
        return sum(int(float(part.split()[0])) for part in text.split(line)[1:])


@asynccontextmanager
async def calling(*targets):
    provider = FakeProvider(targets)
    await provider.deploy(FunctionSpec("f", "any"))
    made = Calling(provider)
    try:
        yield made
    finally:
        await made.upstream.close()


def test_a_call_arrives_as_it_was_given_and_is_counted(listening, run):
    async def steps():
        async with listening() as replica, calling(Target(replica.address, revision=1)) as made:
            replica.answers = [418]
            assert await made.call(X_Own="1") == (418, 1, b"answer 418")
            ((request, body),) = replica.came
            assert (request.method, request.raw_path, body) == ("POST", "/p%2Fq?x=1", b"body")
            assert set(request.headers) == {"Host", "X_Own", "Content-Length"}  # none of ours
            assert (made.gateway.invocation_counts["f"], made.counted(418)) == (1, 1)
            assert made.upstream.balancer.total == 0

    run(steps())


def test_redirects_and_cookies_and_coding_are_the_callers_affair(listening, run):
    async def steps():
        async with listening() as replica, calling(Target(replica.address)) as made:
            replica.answers = [302]
            replica.headers = {
                "Location": replica.address, "Set-Cookie": "a=b", "Content-Encoding": "gzip",
            }  # fmt: skip
            assert await made.call() == (302, 1, b"answer 302")
            await made.call()
            assert "Cookie" not in replica.came[1][0].headers

    run(steps())


def test_one_that_refuses_is_left_out_and_another_asked(listening, run, nobody):
    async def steps():
        async with (
            listening() as replica,
            calling(Target(nobody()), Target(replica.address)) as made,
        ):
            for _ in range(4):
                assert (await made.call())[0] == 200
            assert made.counted(200) == 4
            assert made.upstream.balancer.total == 0

    run(steps())


def test_the_only_one_is_asked_again_a_moment_later(listening, run, nobody):
    """Its process has just ended; by then it may have been taken off the list, or be back."""

    async def steps():
        dead, looks = Target(nobody()), []
        async with listening() as other, calling(dead) as made:

            def targets(_name):
                if dead.address in made.upstream._lost:  # it has refused
                    looks.append(dead)
                return [dead if len(looks) < 2 else Target(other.address)]

            made.provider.targets = targets
            assert (await made.call())[0] == 200
            assert len(other.came) == 1

    run(steps())


@pytest.mark.parametrize("how", ["nobody", "refused", "silent", "broken"])
def test_what_goes_wrong_has_a_name_and_is_counted_once(listening, run, how, nobody):
    faults = {
        "nobody": (NotReady, 503, f"{NOBODY} Of 1 wanted replicas none is ready yet."),
        "refused": (UpstreamFailed, 502, "Can't reach service for: f."),
        "silent": (
            UpstreamTimeout,
            504,
            "Function timed out after 0.050000s: the gateway's own limit for f",
        ),
        "broken": (UpstreamFailed, 502, "Can't reach service for: f."),
    }
    kind, code, words = faults[how]

    async def steps():
        async with listening() as replica:
            targets = {
                "nobody": [], "refused": [Target(nobody())],
                "silent": [Target(replica.address, timeout=0.05)],
                "broken": [Target(replica.address)],
            }[how]  # fmt: skip
            if how == "silent":
                replica.hold.clear()
            async with calling(*targets) as made:
                calls = asyncio.create_task(made.call())
                if how == "broken":
                    replica.hold.clear()
                    await replica.called()
                    replica.came[0][0].transport.abort()
                with pytest.raises(kind) as raised:
                    await calls
                assert raised.value.message == words
                assert (made.counted(code), made.upstream.balancer.total) == (1, 0)
                assert len(replica.came) <= 1  # begun once, never sent twice

    run(steps())


def test_an_unknown_function_is_not_counted(run):
    async def steps():
        async with calling() as made:
            with pytest.raises(NotFound):
                async with made.upstream.open("g", Call("GET", "/", CIMultiDict(), None)):
                    raise AssertionError
            assert made.gateway.invocation_counts["g"] == 0

    run(steps())


def test_a_caller_who_leaves_is_counted_as_one_and_ends_the_call(listening, run):
    async def steps():
        async with listening() as replica, calling(Target(replica.address)) as made:
            replica.hold.clear()
            calls = asyncio.create_task(made.call())
            await replica.called()
            assert made.upstream.balancer.inflight(replica.address) == 1
            idle = asyncio.create_task(made.upstream.idle())
            calls.cancel()
            await asyncio.wait({calls})
            await idle
            assert (made.counted(499), made.upstream.balancer.total) == (1, 0)
            await until_async(lambda: not replica.now)

    run(steps())


def test_idle_waits_for_the_last_call(listening, run):
    async def steps():
        async with listening() as replica, calling(Target(replica.address)) as made:
            await made.upstream.idle()
            replica.hold.clear()
            calls = [asyncio.create_task(made.call()) for _ in range(3)]
            await replica.called(3)
            idle = asyncio.create_task(made.upstream.idle())
            calls[0].cancel()
            await asyncio.wait({calls[0]})
            assert not idle.done()
            replica.hold.set()
            await idle
            assert made.upstream.balancer.total == 0
            await asyncio.gather(*calls[1:])

    run(steps())


@pytest.mark.parametrize("size", [0, 1, WHOLE_BODY, WHOLE_BODY + 1])
def test_a_large_body_travels_in_pieces(listening, run, size, tmp_path):
    body = b"x" * size
    assert isinstance(_payload(body), io.BytesIO) is (size > WHOLE_BODY)
    (tmp_path / "body").write_bytes(body)

    async def steps():
        async with listening() as replica, calling(Target(replica.address)) as made:
            for each in (body, tmp_path / "body"):
                assert (await made.call(each))[0] == 200
            assert replica.bodies == [body, body]

    run(steps())


def test_connections_are_kept(run):
    peers = []

    async def answer(request):
        peers.append(request.transport.get_extra_info("peername"))
        return web.Response()

    async def steps():
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with calling(Target(f"http://127.0.0.1:{runner.addresses[0][1]}")) as made:
            for _ in range(3):
                await made.call()
        await runner.cleanup()

    run(steps())
    assert len(set(peers)) == 1


OOM = ReplicaExit("OOMKilled", "OOMKilled; its last line: a secret", "then", "f-1-1")


@pytest.mark.parametrize("when", ["before", "later"])
def test_a_replica_that_ended_by_itself_is_told_as_its_platform_says_it(run, when, nobody):
    """Without what it wrote: callers need not be those who may read its log."""

    async def steps():
        dead = Target(nobody())
        async with calling(dead) as made:
            if when == "before":
                await made.provider.lose(dead.address, OOM)
                made.provider.targets = lambda _name: [dead]  # not taken off the list yet
            else:
                made.provider.ended = ended_later
            with pytest.raises(ReplicaCrashed) as caught:
                await made.call()
            assert "Its replica ended during the call: OOMKilled." in caught.value.message
            assert "secret" not in caught.value.message
            assert (caught.value.code, made.counted(502)) == ("replica_crashed", 1)

    async def ended_later(_name, _target, deadline):
        assert deadline > asyncio.get_running_loop().time()
        await asyncio.sleep(0)
        return OOM

    run(steps())


def test_who_finds_no_replica_is_told_how_the_last_one_ended(run, nobody):
    async def steps():
        dead = Target(nobody())
        async with calling(dead) as made:
            await made.provider.lose(dead.address, OOM)
            with pytest.raises(NotReady) as caught:
                await made.call()
            assert caught.value.message == (
                f"{NOBODY} Of 1 wanted replicas none is ready yet. Its last replica: OOMKilled."
            )
            made.provider.scripts["bad"] = Script(fault="no weights")
            await made.provider.update(FunctionSpec("f", "bad"))
            with pytest.raises(NotReady, match="none is ready yet") as caught:
                await made.call()
            assert caught.value.retry_after == 1  # the revision that serves is being started again

    run(steps())


def test_a_function_that_was_deleted_meanwhile_is_just_not_reached(run, nobody):
    async def steps():
        async with calling(Target(nobody())) as made:

            async def gone(_name, _target, _deadline):
                raise NotFound("no such function: f")

            made.provider.ended = gone
            with pytest.raises(UpstreamFailed) as caught:
                await made.call()
            assert caught.value.message == "Can't reach service for: f."

    run(steps())
