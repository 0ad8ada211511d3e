"""How calls reach replicas: choice, one retry, streams, and failures of the gateway's own."""

import asyncio
import io
import json
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web

from dcf.gateway.server import Server
from dcf.gateway.settings import Settings
from dcf.providers.placement import FunctionSpec
from dcf.providers.routing import Target
from tests.dcf.providers.fake.provider import FakeProvider
from tests.waiting import until_async

SETTINGS = Settings(port=0, grpc_port=0, provider="fake")


def run(steps):
    asyncio.run(asyncio.wait_for(steps, 30))


@asynccontextmanager
async def replica(answer):
    """A real HTTP server in a replica's place."""
    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield Target(f"http://127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()


RUNNING = []  # the server of the test that runs


def inflight(target):
    """Calls under way to a replica, as the gateway counts them."""
    return RUNNING[-1].inflight(target.address)


@asynccontextmanager
async def gateway(*endpoints):
    """A gateway with a function of these endpoints; gives its address and a session."""
    provider = FakeProvider(endpoints)
    await provider.deploy(FunctionSpec("f", "any"))
    server = Server(SETTINGS, lambda _mesh: provider)
    RUNNING.append(server)
    await server.start()
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield f"{server.rest}/function/f", session
    await server.stop()


async def left(asking, is_begun):
    """A call whose caller leaves once the replica has it."""
    calls = asyncio.ensure_future(asking)
    await until_async(is_begun)
    calls.cancel()
    await asyncio.wait({calls})


async def hello(request):
    return web.Response(text=f"hello {len(await request.read())}")


def test_a_refused_connection_is_tried_once_more_elsewhere_body_and_all(nobody):
    async def steps():
        dead = Target(nobody())
        async with replica(hello) as alive, gateway(dead, alive) as (address, session):
            for size in (0, 10, 3 << 20):  # the last one is streamed
                async with session.post(address, data=io.BytesIO(b"x" * size)) as answer:
                    assert (answer.status, await answer.text()) == (200, f"hello {size}")
            assert (inflight(dead), inflight(alive)) == (0, 0)

    run(steps())


def test_a_call_that_was_begun_is_never_sent_twice():
    begun = []

    async def break_off(request):
        begun.append(await request.read())
        request.transport.abort()
        return web.Response()

    async def steps():
        async with replica(break_off) as first, gateway(first, first) as (address, session):
            async with session.post(address, data=b"pay") as answer:
                assert (answer.status, answer.headers["X-Error-Code"]) == (502, "upstream_failed")
                assert json.loads(await answer.read())["error"]["code"] == "upstream_failed"
            assert begun == [b"pay"]
            assert inflight(first) == 0

    run(steps())


@pytest.mark.parametrize(
    "length", [{"Content-Length": str(8 << 20)}, {}], ids=["length", "chunked"]
)
def test_an_answer_that_breaks_off_is_never_taken_for_whole(length):
    async def break_off(request):
        reply = web.StreamResponse(headers=length)
        await reply.prepare(request)
        await reply.write(b"x" * 100_000)
        request.transport.close()
        return reply

    async def steps():
        async with replica(break_off) as endpoint, gateway(endpoint) as (address, session):
            with pytest.raises(aiohttp.ClientPayloadError):
                async with session.get(address) as answer:
                    await answer.read()
            assert inflight(endpoint) == 0

    run(steps())


def test_no_replica_is_503_and_all_refusing_is_502(nobody):
    async def steps():
        async with gateway() as (address, session), session.get(address) as answer:
            assert (answer.status, answer.headers["X-Error-Code"]) == (503, "not_ready")
            assert answer.headers["X-OpenFaaS-Internal"] == "proxy"
        async with (
            gateway(Target(nobody()), Target(nobody())) as (address, session),
            session.get(address) as answer,
        ):
            assert (answer.status, answer.headers["X-Error-Code"]) == (502, "upstream_failed")

    run(steps())


def test_silence_beyond_the_limit_is_504():
    async def silent(request):
        await asyncio.Event().wait()
        return web.Response()

    async def steps():
        async with replica(silent) as patient:
            slow = replace(patient, timeout=0.2)
            async with gateway(slow) as (address, session), session.get(address) as answer:
                assert (answer.status, answer.headers["X-Error-Code"]) == (504, "timeout")
                assert inflight(slow) == 0

    run(steps())


def test_the_least_loaded_replica_is_asked():
    hold = None
    asked = []

    def named(name):
        async def answer(request):
            asked.append(name)
            if await request.read() == b"hold":
                await hold.wait()
            return web.Response(text=name)

        return answer

    async def steps():
        nonlocal hold
        hold = asyncio.Event()
        async with (
            replica(named("a")) as first,
            replica(named("b")) as second,
            gateway(first, second) as (address, session),
        ):
            held = asyncio.create_task(session.post(address, data=b"hold"))
            await until_async(lambda: asked)
            for _ in range(3):
                async with session.post(address, data=b"go") as answer:
                    assert await answer.text() == "b"
            hold.set()
            (await held).release()
        assert asked == ["a", "b", "b", "b"]

    run(steps())


def test_bodies_stream_both_ways_before_they_are_whole():
    async def echo(request):
        reply = web.StreamResponse()
        await reply.prepare(request)
        async for chunk in request.content.iter_any():
            await reply.write(chunk)
        return reply

    async def steps():
        async with replica(echo) as endpoint, gateway(endpoint) as (address, session):
            came = asyncio.Queue()

            async def sender():
                for _ in range(3):
                    yield b"part"
                    assert (
                        await came.get() == b"part"
                    )  # its echo is back before the next one leaves

            async with session.post(address, data=sender()) as answer:
                for _ in range(3):
                    await came.put(await answer.content.readany())
                assert await answer.content.read() == b""

    run(steps())


def test_a_caller_who_leaves_ends_the_call():
    began, ended = [], []

    async def wait(request):
        began.append(True)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append(True)
            raise
        return web.Response()

    async def steps():
        async with replica(wait) as endpoint, gateway(endpoint) as (address, session):
            await left(session.get(address), lambda: began)
            await until_async(lambda: ended and not inflight(endpoint))

    run(steps())


def test_headers_go_up_and_down_but_for_the_connections_own():
    seen = {}

    async def look(request):
        seen.update(request.headers)
        seen["path"] = request.raw_path
        seen["method"] = request.method
        return web.Response(
            status=418, headers={"X-Own": "1", "Location": "/else"}, body=b"\x1f\x8b"
        )

    async def steps():
        async with replica(look) as endpoint, gateway(endpoint) as (address, session):
            headers = {
                "X-Call-Id": "mine",
                "Te": "trailers",
                "X-Forwarded-For": "9.9.9.9",
                "Accept": "image/png",
            }
            async with session.put(address + "/a%2Fb?q=%20", data=b"x", headers=headers) as answer:
                assert answer.status == 418
                assert (answer.headers["X-Own"], answer.headers["Location"]) == ("1", "/else")
                assert (
                    "X-Call-Id" not in answer.headers
                )  # the caller's own is not echoed by the gateway
                assert await answer.read() == b"\x1f\x8b"
            host = address.split("/")[2]
            assert (seen["X-Call-Id"], seen["X-Forwarded-For"]) == ("mine", "9.9.9.9")
            assert (seen["X-Forwarded-Host"], seen["Accept"]) == (host, "image/png")
            assert (seen["path"], seen["method"]) == ("/a%2Fb?q=%20", "PUT")
            assert "Te" not in seen
            assert int(seen["X-Start-Time"]) > 10**18

    run(steps())


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "DELETE", "PATCH", "GET"])
def test_every_method_of_the_contract_passes(method):
    async def name(request):
        return web.Response(headers={"X-Method": request.method})

    async def steps():
        async with (
            replica(name) as endpoint,
            gateway(endpoint) as (address, session),
            session.request(method, address) as answer,
        ):
            assert (answer.status, answer.headers["X-Method"]) == (200, method)

    run(steps())


def test_redirects_and_empty_answers_pass_as_they_are():
    async def answer_with(request):
        return web.Response(status=int(request.path.strip("/")), headers={"Location": "/next"})

    async def steps():
        async with replica(answer_with) as endpoint, gateway(endpoint) as (address, session):
            for status in (204, 302, 304):
                async with session.get(f"{address}/{status}", allow_redirects=False) as answer:
                    assert (answer.status, await answer.read()) == (status, b"")

    run(steps())


def test_what_a_connection_header_names_ends_at_the_connection():
    seen = {}

    async def look(request):
        seen.update(request.headers)
        return web.Response(headers={"Connection": "X-Down", "X-Down": "1", "X-Stays": "1"})

    async def steps():
        async with replica(look) as endpoint, gateway(endpoint) as (address, session):
            named = {"Connection": "X-Up, Content-Type, Host", "X-Up": "1", "Content-Type": "a/b"}
            async with session.post(address, data=b"x", headers=named) as answer:
                assert "X-Down" not in answer.headers
                assert answer.headers["X-Stays"] == "1"
            assert "X-Up" not in seen
            assert seen["Content-Type"] == "a/b"  # naming these would cut a call's own headers off

    run(steps())


def test_an_answer_without_a_type_gets_the_requests():
    async def untyped(reader, writer):
        while await reader.readline() != b"\r\n":
            pass
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")
        writer.close()
        await writer.wait_closed()

    async def steps():
        async with await asyncio.start_server(untyped, "127.0.0.1", 0) as server:
            endpoint = Target(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
            async with gateway(endpoint) as (address, session):
                for sent, expected in (({"Content-Type": "a/b"}, "a/b"), ({}, "text/plain")):
                    async with session.get(address, headers=sent) as answer:
                        assert (answer.headers["Content-Type"], await answer.read()) == (
                            expected,
                            b"x",
                        )

    run(steps())


def test_a_websocket_is_refused_in_words():
    async def steps():
        async with replica(hello) as endpoint, gateway(endpoint) as (address, session):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(address)
            assert refused.value.status == 501
            assert refused.value.headers["X-Error-Code"] == "unsupported"

    run(steps())


def test_every_call_is_counted_once_by_how_it_ended():
    hung = []

    async def ends(request):
        how = request.path.strip("/")
        if how == "hang":
            hung.append(True)
            await asyncio.Event().wait()
        if how == "break":
            request.transport.abort()
        return web.Response(status=int(how) if how.isdigit() else 200)

    async def steps():
        async with replica(ends) as patient:
            impatient = replace(patient, timeout=1.0)
            await all_ends(impatient)

    async def all_ends(target):
        async with gateway(target) as (address, session):
            for how in ("200", "404", "break"):
                await (await session.get(f"{address}/{how}")).read()
            await left(session.get(f"{address}/hang"), lambda: hung)
            await (await session.get(f"{address}/hang")).read()
            await (await session.get(address.replace("/f", "/nobody"))).read()
            async with session.get(address.replace("function/f", "metrics")) as answer:
                text = await answer.text()
            name = 'function_name="f.openfaas-fn"'
            for code in (200, 404, 502, 499, 504):
                assert f'gateway_function_invocation_total{{code="{code}",{name}}} 1.0' in text
                assert f'gateway_functions_seconds_count{{code="{code}",{name}}} 1.0' in text
            assert f"gateway_function_invocation_started{{{name}}} 5.0" in text
            assert "nobody" not in text  # unknown names are no labels: anybody could make millions

    run(steps())


def test_events_pass_one_by_one():
    go = None

    async def events(request):
        reply = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await reply.prepare(request)
        for number in range(3):
            await reply.write(b"data: %d\n\n" % number)
            await go.wait()
            go.clear()
        return reply

    async def steps():
        nonlocal go
        go = asyncio.Event()
        async with (
            replica(events) as endpoint,
            gateway(endpoint) as (address, session),
            session.get(address) as answer,
        ):
            assert answer.headers["Content-Type"] == "text/event-stream"
            for number in range(3):
                assert await answer.content.readuntil(b"\n\n") == b"data: %d\n\n" % number
                go.set()

    run(steps())


def test_a_function_scaled_to_zero_says_why_and_when_to_ask_again():
    async def steps():
        async with gateway() as (address, session):
            async with session.post(address, data=b"x") as answer:
                assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
                assert "Of 1 wanted replicas none is ready" in await answer.text()
            root = address.removesuffix("/function/f")
            zero = {"serviceName": "f", "replicas": 0}
            async with session.post(f"{root}/system/scale-function/f", json=zero) as answer:
                assert answer.status == 202
            for path in ("/function/f", "/function/f/a?b", "/openfx/function/f"):
                async with session.post(root + path, data=b"x") as answer:
                    assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
                    told = await answer.text()
                    assert "No endpoints available for: f. It is scaled to 0 replicas" in told
                    assert "dcf function scale f 1" in told

    run(steps())
