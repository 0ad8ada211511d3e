"""GET /system/function/NAME/metrics: pages of real HTTP servers, over a provider in memory."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from dcf.gateway.core import Gateway
from dcf.gateway.doors import function_metrics
from dcf.gateway.doors.function_metrics import MAX_PAGE, FunctionMetricsDoor
from dcf.gateway.rest.replies import plain_errors
from dcf.providers.placement import FunctionSpec
from dcf.providers.routing import Target
from tests.dcf.providers.fake.provider import FakeProvider


@asynccontextmanager
async def replica(answer):
    """A page of metrics that `answer` makes; its address."""
    app = web.Application()
    app.router.add_get("/metrics", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/metrics"))


def text(words, status=200):
    async def answer(_request):
        return web.Response(text=words, status=status)

    return answer


def target(number, metrics):
    return Target(f"http://127.0.0.1:{number}", metrics=metrics)


async def asked(targets, query="", name="f"):
    """Status and body of the route."""
    provider = FakeProvider(targets)
    gateway = Gateway(provider)
    await gateway.deploy(FunctionSpec("f", "i"))
    app = web.Application(middlewares=[plain_errors])
    door = FunctionMetricsDoor(gateway)
    app.router.add_get("/system/function/{name}/metrics", door.page)
    async with TestClient(TestServer(app)) as client:
        reply = await client.get(f"/system/function/{name}/metrics{query}")
        return reply.status, await reply.text()


def run(work):
    return asyncio.run(asyncio.wait_for(work, 30))


def test_each_replica_has_its_series_and_a_revision_can_be_chosen():
    async def work():
        async with replica(text("a 1\n")) as one, replica(text("a 2\n")) as two:
            targets = [target(1, one), target(2, two)]
            return [await asked(targets, query) for query in ("", "?revision=1", "?revision=2")]

    every, first, second = run(work())
    told = 'a{instance="127.0.0.1:1",revision="1"} 1\na{instance="127.0.0.1:2",revision="1"} 2\n'
    assert (every, first, second) == ((200, told), (200, told), (200, ""))


@pytest.mark.parametrize("fault", ["status", "long", "silent", "gone", "redirect"])
def test_one_that_does_not_answer_is_left_out(fault, monkeypatch):
    # The other one has as long, and a slow machine must not make it late.
    monkeypatch.setattr(function_metrics, "_SECONDS", 2.0 if fault == "silent" else 20.0)

    async def silent(_request):
        await asyncio.sleep(20)

    async def elsewhere(_request):
        raise web.HTTPFound("/metrics?again")

    answers = {
        "status": text("b 1\n", 500), "long": text("b 1\n" * MAX_PAGE), "silent": silent,
        "gone": text(""), "redirect": elsewhere,
    }  # fmt: skip

    async def work():
        async with replica(text("a 1\n")) as good, replica(answers[fault]) as bad:
            place = "http://127.0.0.1:1/metrics" if fault == "gone" else bad
            return await asked([target(1, good), target(2, place)])

    assert run(work()) == (200, 'a{instance="127.0.0.1:1",revision="1"} 1\n')


@pytest.mark.parametrize(
    ("targets", "query", "name", "status"),
    [
        ([Target("http://127.0.0.1:1")], "", "f", 501),
        ([], "", "f", 200),
        ([], "", "g", 404),
        ([], "", "UPPER_", 400),
        ([], "?revision=x", "f", 400),
        ([], "?revision=-1", "f", 400),
        ([], "?revision=", "f", 200),
    ],
)
def test_what_cannot_be_told_is_said(targets, query, name, status):
    assert run(asked(targets, query, name))[0] == status
