"""The database's thread: operations share transactions, and never one another's failures."""

import asyncio
import sqlite3
import threading

import pytest

from dcf.errors import CannotStart
from dcf.state.journal import Journal
from dcf.state.state_file import StateFile
from tests.waiting import turns

SCHEMA = "CREATE TABLE IF NOT EXISTS numbers (n INTEGER UNIQUE)"


@pytest.fixture
def run():
    """`run(coroutine)`, ended after half a minute."""
    return lambda steps: asyncio.run(asyncio.wait_for(steps, 30))


def opened(path):
    state = StateFile(path, exclusive=True)
    try:
        state.base.execute(SCHEMA)
    except sqlite3.Error:
        state.close()
        raise
    return Journal(state, "test journal")


def insert(number):
    return lambda base: base.execute("INSERT INTO numbers VALUES (?)", (number,))


def numbers(base):
    return [n for (n,) in base.execute("SELECT n FROM numbers ORDER BY n")]


def test_many_at_once_share_few_transactions(tmp_path, run):
    async def steps():
        journal = opened(tmp_path / "a.db")
        begun, go = [], threading.Event()
        await journal.do(lambda base: base.set_trace_callback(begun.append))
        first = asyncio.create_task(journal.do(lambda _base: go.wait(20)))
        others = [asyncio.create_task(journal.do(insert(n))) for n in range(500)]
        await turns()  # all have come while one is being written
        go.set()
        await asyncio.gather(first, *others)
        assert await journal.do(numbers) == list(range(500))
        assert sum(each.startswith("COMMIT") for each in begun) < 10
        await journal.close()

    run(steps())


def test_one_that_fails_takes_no_other_with_it(tmp_path, run):
    async def steps():
        journal = opened(tmp_path / "a.db")
        results = await asyncio.gather(
            *(journal.do(insert(n)) for n in (1, 2, 1, 3)), return_exceptions=True
        )
        assert [isinstance(each, sqlite3.IntegrityError) for each in results] == [
            False,
            False,
            True,
            False,
        ]
        assert await journal.do(numbers) == [1, 2, 3]
        await journal.close()

    run(steps())


def test_what_was_done_is_there_after_closing_and_one_opens_it_at_a_time(tmp_path, run):
    async def steps():
        first = opened(tmp_path / "a.db")
        waiting = [asyncio.create_task(first.do(insert(n))) for n in range(10)]
        await turns(1)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            opened(tmp_path / "a.db")
        await first.close()
        await asyncio.gather(*waiting)
        second = opened(tmp_path / "a.db")
        assert await second.do(numbers) == list(range(10))
        await second.close()

    run(steps())


def test_a_file_that_is_no_database_is_told_of(tmp_path, run):
    async def steps():
        (tmp_path / "a.db").write_bytes(b"something else entirely" * 100)
        with pytest.raises(CannotStart, match=r"a\.db is damaged \(file is not a database\)"):
            opened(tmp_path / "a.db")

    run(steps())
