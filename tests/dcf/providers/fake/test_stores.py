"""The stores in memory keep to the words of the port."""

import asyncio

import pytest

from dcf.errors import AlreadyExists, InvalidRequest, NotFound
from dcf.providers.placement import FunctionSpec, FunctionState
from dcf.providers.stores import LogLine, LogQuery
from tests.dcf.providers.fake.stores import FakeArchives, FakeLogs, FakeSecrets

WANTS = {"f": FunctionState(FunctionSpec("f", "i", secrets=("token",)), 1, 1, "")}
LINES = [
    LogLine("f", "f-1", "2026-01-01", "one"), LogLine("g", "g-1", "2026-01-01", "other"),
    LogLine("f", "f-2", "2026-01-02", "two"), LogLine("f", "f-1", "2026-01-03", "three"),
]  # fmt: skip


def test_an_archive_is_read_to_its_end_before_it_is_there():
    kept, read = set(), []
    archives = FakeArchives(kept)

    async def chunks():
        for each in (b"a", b"b"):
            assert not await archives.has("digest")
            read.append(each)
            yield each

    async def steps():
        await archives.put("digest", chunks())
        return await archives.has("digest"), await archives.has("other")

    assert asyncio.run(steps()) == (True, False)
    assert (read, kept) == ([b"a", b"b"], {"digest"})


def test_a_secret_is_created_once_changed_when_it_is_there_and_stays_while_it_is_wanted():
    kept = {}

    async def steps():
        secrets = FakeSecrets(kept, WANTS)
        with pytest.raises(NotFound):
            await secrets.put("token", b"x", replace=True)
        await secrets.put("token", b"x", replace=False)
        with pytest.raises(AlreadyExists):
            await secrets.put("token", b"y", replace=False)
        await secrets.put("token", b"z", replace=True)
        await secrets.put("a", b"", replace=False)
        assert await secrets.names() == ["a", "token"]
        with pytest.raises(InvalidRequest, match="wanted by function f"):
            await secrets.delete("token")
        await secrets.delete("a")
        with pytest.raises(NotFound):
            await secrets.delete("a")

    asyncio.run(steps())
    assert kept == {"token": b"z"}


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ({}, ["one", "two", "three"]), ({"instance": "f-1"}, ["one", "three"]),
        ({"since": "2026-01-02"}, ["two", "three"]), ({"tail": 2}, ["two", "three"]),
        ({"tail": 1, "instance": "f-2"}, ["two"]), ({"tail": 0}, ["one", "two", "three"]),
    ],
    ids=str,
)  # fmt: skip
def test_lines_are_those_that_were_asked_for(query, texts):
    async def steps():
        return [each.text async for each in FakeLogs(LINES, WANTS).lines(LogQuery("f", **query))]

    assert asyncio.run(steps()) == texts


def test_a_function_that_is_not_there_has_no_log():
    async def steps():
        with pytest.raises(NotFound):
            [each async for each in FakeLogs(LINES, WANTS).lines(LogQuery("g"))]

    asyncio.run(steps())
