"""Calls to a real replica with spans: what travels, and how a call that ends badly is told."""

import asyncio

import pytest
from aiohttp import web
from multidict import CIMultiDict

from dcf.errors import NotFound, NotReady
from dcf.gateway.calls.call import Call, QueuedCall
from dcf.gateway.calls.metrics import Metrics
from dcf.gateway.calls.traced_upstream import TracedUpstream
from dcf.gateway.core import Gateway
from dcf.providers.placement import FunctionSpec
from dcf.providers.routing import Target
from tests.collector import Collector
from tests.dcf.providers.fake.provider import FakeProvider

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"


@pytest.fixture
def collector(monkeypatch):
    started = Collector()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", started.address)
    # A slow machine may take longer to send them than an end waits.
    monkeypatch.setattr("dcf.gateway.telemetry.tracing._END_SECONDS", 20.0)
    yield started
    started.end()


async def calls(steps, *, ready=True, body=b"answer"):
    """Runs `steps(upstream)` with a function `f`; gives the headers that its replica got."""
    got = []

    async def answer(request):
        got.append(request.headers.copy())
        if body is None:
            await asyncio.Event().wait()
        return web.Response(body=body)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    replica = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await replica.setup()
    await web.TCPSite(replica, "127.0.0.1", 0).start()
    target = Target(f"http://127.0.0.1:{replica.addresses[0][1]}")
    provider = FakeProvider([target] if ready else [])
    await provider.deploy(FunctionSpec("f", "any"))
    upstream = TracedUpstream(Gateway(provider), Metrics())
    try:
        await steps(upstream)
    finally:
        await upstream.close()
        await replica.cleanup()
    return got


async def ask(upstream, name="f", make=Call, **headers):
    given = CIMultiDict(headers)
    async with upstream.open(name, make("POST", "/", given, b"body")) as answered:
        await answered.response.read()
    assert given == CIMultiDict(headers)  # whoever gave them may send them again


def test_a_replica_is_called_by_the_span_of_the_way_to_it(run, collector):
    given = {"traceparent": PARENT, "TraceState": "a=1", "X-Call-Id": "7"}
    (got,) = run(calls(lambda upstream: ask(upstream, **given)))
    (call,), (way,) = collector.named("f"), collector.named("upstream")
    assert got.getall("traceparent") == [f"00-{TRACE_ID}-{way.id}-01"]
    assert got.getall("tracestate") == ["a=1"]
    assert (call.trace, call.parent, way.parent) == (TRACE_ID, "00f067aa0ba902b7", call.id)
    assert call.attributes["http.request.method"] == "POST"


def test_a_call_begins_when_it_came(run, collector):
    run(calls(lambda upstream: ask(upstream, **{"X-Start-Time": "1700000000000000000"})))
    assert collector.named("f")[0].began == 1700000000000000000
    run(calls(lambda upstream: ask(upstream, **{"X-Start-Time": "yesterday"})))
    assert collector.named("f")[1].began > 1700000000000000000


def test_a_call_of_the_queue_has_its_wait(run, collector):
    given = {"X-Start-Time": "1700000000000000000"}
    run(calls(lambda upstream: ask(upstream, make=QueuedCall, **given)))
    (call,), (wait,) = collector.named("f"), collector.named("wait in the queue")
    assert (call.kind, wait.parent, wait.began) == (5, call.id, call.began)


def test_a_call_that_nobody_could_answer_failed(run, collector):
    async def steps(upstream):
        with pytest.raises(NotReady):
            await ask(upstream)

    assert run(calls(steps, ready=False)) == []
    (call,) = collector.named("f")
    assert call.failed
    assert call.attributes["error.type"] == "not_ready"
    (wait,) = collector.named("wait for a replica")
    assert (wait.parent, wait.failed) == (call.id, True)


def test_a_name_that_is_no_functions_has_no_span(run, collector):
    async def steps(upstream):
        with pytest.raises(NotFound):
            await ask(upstream, "nobody")

    run(calls(steps))
    assert collector.spans == []


def test_a_caller_who_leaves_ends_both_spans(run, collector):
    async def steps(upstream):
        asking = asyncio.create_task(ask(upstream))
        while not upstream.balancer.total:
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await upstream.idle()

    run(calls(steps, body=None))
    for name in ("f", "upstream"):
        (span,) = collector.named(name)
        assert span.attributes["error.type"] == "CancelledError"
