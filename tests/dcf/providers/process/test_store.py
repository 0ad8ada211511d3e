"""What is written down of functions: whole, in order, pruned, and carried over from before."""

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import asdict, replace

import pytest

from dcf.errors import CannotStart, StorageFull
from dcf.providers.placement import FunctionSpec, RevisionInfo
from dcf.providers.process.provider import ProcessProvider
from dcf.providers.process.store import KEPT_REVISIONS, Record, Store
from tests.dcf.providers.process.schemas import write_schema_1

SPEC = FunctionSpec("f", "i", {"A": "1"}, {"l": "2"}, {"n": "3"}, ("a=b",), ("s",), {"cpu": "1"})
RECORD = Record("f", 2, "2026-01-01T00:00:00Z")


def revision(number, **changes):
    return replace(RevisionInfo(number, SPEC, f"time-{number}", "me"), **changes)


@pytest.fixture
def store(tmp_path):
    """`store(steps)` runs `steps(store)`; the same file each time."""

    def run(steps):
        async def through():
            opened = Store(tmp_path / "functions.db")
            try:
                return await steps(opened)
            finally:
                await opened.close()

        return asyncio.run(asyncio.wait_for(through(), 60))

    return run


def test_everything_comes_back_as_it_was_after_a_restart(store):
    two = revision(2, rollout="failed", reason="no weights")

    async def keep(opened):
        assert await opened.put(RECORD, revision(1)) == [revision(1)]
        assert await opened.put(replace(RECORD, serving=1), two) == [two, revision(1)]
        await opened.put(Record("a", 1, "then"), revision(1, spec=FunctionSpec("a", "i")))

    async def look(opened):
        assert await opened.records() == [Record("a", 1, "then"), replace(RECORD, serving=1)]
        assert await opened.revisions("f") == [two, revision(1)]
        assert await opened.revisions("nobody") == []

    store(keep)
    store(look)


def test_a_revision_is_changed_in_its_place(store):
    async def steps(opened):
        await opened.put(RECORD, revision(1), revision(2))
        changed = revision(1, rollout="ready")
        assert await opened.put(replace(RECORD, replicas=5), changed) == [revision(2), changed]
        assert [each.replicas for each in await opened.records()] == [5]

    store(steps)


def test_the_newest_are_kept_and_the_one_that_serves(store):
    async def steps(opened):
        serving = replace(RECORD, serving=2)
        for number in range(1, KEPT_REVISIONS + 6):
            kept = await opened.put(serving, revision(number))
        newest = range(KEPT_REVISIONS + 5, 5, -1)
        assert [each.number for each in kept] == [*newest, 2]
        await opened.put(Record("g", 1, "then", serving=3), revision(1))
        assert [each.number for each in await opened.revisions("f")] == [*newest, 2]
        kept = await opened.put(replace(RECORD, serving=7))
        assert [each.number for each in kept] == [*newest]

    store(steps)


def test_a_function_that_is_removed_takes_its_history_along_and_no_other(store):
    async def steps(opened):
        for name in ("f", "g"):
            await opened.put(replace(RECORD, name=name), revision(1))
        await opened.remove("f")
        await opened.remove("nobody")
        assert [each.name for each in await opened.records()] == ["g"]
        assert (await opened.revisions("f"), len(await opened.revisions("g"))) == ([], 1)

    store(steps)


def test_on_a_full_disk_a_change_is_refused_whole(store):
    async def steps(opened):
        await opened.put(RECORD, revision(1))
        long = revision(2, spec=replace(SPEC, env={"LONG": "x" * 100_000}))
        limit = "PRAGMA max_page_count = 1"
        await opened._journal.do(lambda base: base.execute(limit).fetchone())
        with pytest.raises(StorageFull, match="the change cannot be kept"):
            await opened.put(replace(RECORD, replicas=9), long)
        assert await opened.records() == [RECORD]
        assert await opened.revisions("f") == [revision(1)]

    store(steps)


def test_a_file_of_schema_1_is_carried_over_once(store, tmp_path):
    base = write_schema_1(tmp_path)
    fields = asdict(SPEC)
    base.execute("INSERT INTO functions VALUES ('f', ?, 2, 'then')", (json.dumps(fields),))
    base.commit()
    base.close()

    async def look(opened):
        assert await opened.records() == [Record("f", 2, "then")]
        assert await opened.revisions("f") == [RevisionInfo(1, SPEC, "then")]

    store(look)
    store(look)
    with closing(sqlite3.connect(tmp_path / "functions.db")) as base:
        tables = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert ("functions_1",) not in tables


def test_a_folder_of_a_later_version_is_refused_and_left_alone(drive, tmp_path):
    drive.home.mkdir()
    base = write_schema_1(drive.home)
    base.execute("PRAGMA user_version = 99")
    base.close()
    before = (drive.home / "functions.db").read_bytes()

    async def start():
        await ProcessProvider(drive.home).start()

    for _ in range(2):  # the second time it is not locked by the first
        with pytest.raises(CannotStart, match="schema 99"):
            asyncio.run(start())
    assert (drive.home / "functions.db").read_bytes() == before


def test_a_broken_state_is_told_in_a_line(drive):
    drive.home.mkdir()
    (drive.home / "functions.db").write_bytes(b"this is no database" * 100)

    async def start():
        await ProcessProvider(drive.home).start()

    with pytest.raises(CannotStart, match=r"functions.db is damaged \(file is not a database"):
        asyncio.run(start())
