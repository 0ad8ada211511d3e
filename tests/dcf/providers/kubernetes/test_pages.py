"""Pages of metrics: many at once, from real servers, some of them of no use."""

import asyncio

import pytest
from aiohttp import web

from dcf.providers.kubernetes import pages
from dcf.providers.kubernetes.pages import Pages, numbers_of

PAGE = """# HELP process_cpu_seconds_total Time.
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 1.5
process_cpu_seconds_total_other 9
calls{door="http",path="/a } b"} 2
calls{door="grpc"} 3e1 1700000000
broken one
empty
"""
NAMES = ("process_cpu_seconds_total", "calls", "broken", "empty")


def test_numbers_of_one_name_are_added_up():
    assert numbers_of(PAGE, NAMES) == {"process_cpu_seconds_total": 1.5, "calls": 32.0}
    assert numbers_of(PAGE, ()) == numbers_of("", NAMES) == {}


def test_those_that_answer_are_read_and_none_is_waited_for_long(monkeypatch):
    monkeypatch.setattr(pages, "_SECONDS", 5.0)
    gate = asyncio.Event()

    async def page(_request):
        return web.Response(text=PAGE)

    async def hangs(_request):
        await gate.wait()
        return web.Response(text=PAGE)

    async def floods(_request):
        return web.Response(body=b"a 1\n" * (1 << 19))

    async def moved(_request):
        raise web.HTTPFound("/page")

    async def steps():
        app = web.Application()
        for name, handler in {
            "page": page,
            "hangs": hangs,
            "floods": floods,
            "moved": moved,
        }.items():
            app.router.add_get(f"/{name}", handler)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        at = f"http://127.0.0.1:{runner.addresses[0][1]}"
        found = Pages()
        try:
            asked = [
                f"{at}/{name}" for name in ("page", "hangs", "floods", "moved", "none", "page")
            ]
            numbers = await found.numbers([*asked, "http://127.0.0.1:1/page"], NAMES)
            assert numbers == {f"{at}/page": {"process_cpu_seconds_total": 1.5, "calls": 32.0}}
            many = [f"{at}/page?{number}" for number in range(100)]
            assert len(await found.numbers(many, NAMES)) == 100
        finally:
            gate.set()
            await found.close()
            await runner.cleanup()

    asyncio.run(asyncio.wait_for(steps(), 30))


def test_one_that_never_asked_has_nothing_to_close():
    async def steps():
        await Pages().close()

    asyncio.run(steps())


@pytest.mark.parametrize("value", ["NaN", "+Inf"])
def test_what_is_no_usual_number_is_read_as_it_is(value):
    assert str(numbers_of(f"calls {value}", ["calls"])["calls"]) == str(float(value))
