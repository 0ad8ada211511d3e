"""What functions carry, as real pages of metrics tell it."""

from contextlib import AsyncExitStack, asynccontextmanager
from types import SimpleNamespace

from aiohttp import web

from dcf.errors import NotFound
from dcf.providers.kubernetes.loads import Loads
from dcf.providers.kubernetes.pages import Pages
from dcf.providers.routing import Target
from dcf.providers.together import Load
from tests.dcf.providers.kubernetes.api_server import run


class Replica:
    """Its page tells calls in flight and calls so far."""

    def __init__(self):
        self.in_flight, self.calls, self.asked, self.tells = 0, 0, 0, True

    async def page(self, _request):
        self.asked += 1
        return web.Response(
            text=f"function_calls_in_flight {self.in_flight}.0\n"
            f'http_requests_total{{code="200",method="POST"}} {self.calls}.0\n'
            if self.tells
            else "something_else 1\n"
        )


@asynccontextmanager
async def loads_of(count):
    async with AsyncExitStack() as stack:
        replicas, targets = [Replica() for _ in range(count)], []
        for each in replicas:
            app = web.Application()
            app.router.add_get("/metrics", each.page)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            address = f"http://127.0.0.1:{runner.addresses[0][1]}"
            targets.append(Target(address, metrics=f"{address}/metrics"))

        def find(name):
            if name != "echo":
                raise NotFound(name)
            return targets

        pages = Pages()
        stack.push_async_callback(pages.close)
        routes = SimpleNamespace(targets=find)
        yield Loads(SimpleNamespace(leads=True), routes, pages), replicas


def test_replicas_are_added_up_and_calls_count_from_when_one_was_first_seen():
    async def steps():
        async with loads_of(2) as (loads, (one, other)):
            one.in_flight, other.in_flight, one.calls = 3, 4, 1_000
            assert await loads.loads(["echo", "deleted"]) == {"echo": Load(7, 0)}
            one.calls, other.calls = 1_005, 2
            assert await loads.loads(["echo"]) == {"echo": Load(7, 7)}
            one.calls = 1  # its container was started again
            assert (await loads.loads(["echo"]))["echo"].calls == 7
            assert loads.leads

    run(steps())


def test_of_many_replicas_ten_are_asked_and_the_others_taken_to_be_alike():
    async def steps():
        async with loads_of(25) as (loads, replicas):
            for each in replicas:
                each.in_flight = 2
            await loads.loads(["echo"])
            for each in replicas:
                each.calls = 4
            assert await loads.loads(["echo"]) == {"echo": Load(50, 100)}
            assert sorted(each.asked for each in replicas) == [0] * 15 + [2] * 10

    run(steps())


def test_replicas_that_tell_nothing_have_no_load():
    async def steps():
        async with loads_of(2) as (loads, (one, other)):
            one.tells = other.tells = False
            assert await loads.loads(["echo"]) == {}
            one.tells, one.in_flight = True, 2
            assert (await loads.loads(["echo"]))["echo"].in_flight == 4

    run(steps())


def test_replicas_that_stop_telling_are_as_busy_as_before_for_a_while():
    async def steps():
        async with loads_of(1) as (loads, (one,)):
            one.in_flight = 3
            assert await loads.loads(["echo"]) == {"echo": Load(3, 0)}
            one.tells = False
            for _ in range(30):
                assert await loads.loads(["echo"]) == {"echo": Load(3, 0)}
            assert await loads.loads(["echo"]) == {}
            one.tells = True
            assert await loads.loads(["echo"]) == {"echo": Load(3, 0)}

    run(steps())
