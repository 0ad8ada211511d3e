"""Every answer that is due must come, as it should."""

import asyncio

import aiohttp
import pytest

from benchmarks.soak.callbacks import CallbackTarget


async def posted(target, call, body, status="200"):
    headers = {"X-Function-Status": status}
    address = f"{target.address}/{call}"
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, data=body, headers=headers) as answer,
    ):
        assert answer.status == 204


def with_target(work):
    async def run():
        target = CallbackTarget()
        await target.start()
        try:
            await work(target)
        finally:
            await target.stop()

    asyncio.run(run())


def test_what_is_due_is_waited_for():
    async def work(target):
        target.due.update(a=b"one", b=b"two")
        await posted(target, "a", b"one")
        assert target.missing() == 1
        waiting = asyncio.create_task(target.all_come(20))
        await posted(target, "b", b"two")
        await waiting
        await posted(target, "b", b"two")
        assert (target.came, target.wrong) == ({"a": 1, "b": 2}, [])

    with_target(work)


@pytest.mark.parametrize(
    ("call", "body", "status"),
    [("a", b"other", "200"), ("a", b"one", "500"), ("nobody", b"one", "200")],
    ids=["another body", "another status", "nobody's"],
)
def test_anything_else_is_wrong(call, body, status):
    async def work(target):
        target.due["a"] = b"one"
        await posted(target, call, body, status)
        assert target.missing() == 1
        assert len(target.wrong) == 1
        with pytest.raises(TimeoutError):
            await target.all_come(0)

    with_target(work)
