"""A disk that refuses: what became of a call stays in memory, and no function runs twice for it."""

import asyncio
import contextlib
import logging
import os
import resource
import subprocess

import pytest

from dcf.gateway.queue import disk as disk_module
from dcf.gateway.queue.bodies import IN_DATABASE
from dcf.gateway.queue.disk import Disk

LARGE = os.urandom(IN_DATABASE * 5)


class ReadOnly:
    """The database takes no change."""

    def __init__(self, folder):
        self._folder = folder

    async def fill(self, gateway):
        await _pragma(gateway, "query_only = ON")

    async def free(self, gateway):
        if gateway:  # it goes with the connection
            await _pragma(gateway, "query_only = OFF")

    def end(self):
        pass


class NoLongerFiles(ReadOnly):
    """No file may become longer than the database's log is now: anybody can have that."""

    _before = None

    async def fill(self, gateway):
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)
        size = (self._folder / "queue.db-wal").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, self._before[1]))

    async def free(self, gateway):
        self.end()

    def end(self):
        if self._before:
            resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


class SmallDisk(ReadOnly):
    """A disk of one megabyte, full."""

    def __init__(self, folder):
        super().__init__(folder)
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")

    async def fill(self, gateway):
        with contextlib.suppress(OSError), (self._folder / "filler").open("wb", 0) as file:
            while True:
                file.write(bytes(4096))

    async def free(self, gateway):
        (self._folder / "filler").unlink()

    def end(self):
        subprocess.run(["umount", "--lazy", str(self._folder)], check=True)


async def _pragma(gateway, text):
    journal = gateway.server.queue._store._journal

    def operation(base):
        base.execute("ROLLBACK")
        base.execute(f"PRAGMA {text}").fetchall()
        base.execute("BEGIN")

    await journal.do(operation)


@pytest.fixture(params=[ReadOnly, NoLongerFiles, SmallDisk])
def disk(request, tmp_path):
    made = request.param(tmp_path / "queue")
    yield made
    made.end()


@pytest.fixture
def refusals(monkeypatch):
    """`await refusals(number)`: until the disk was asked so often in vain."""
    monkeypatch.setattr(disk_module, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr(disk_module, "_END_SECONDS", 0.2)
    seen, before = asyncio.Queue(), Disk._pause

    async def pause(self, seconds):
        seen.put_nowait(seconds)
        await before(self, min(seconds, 0.05))

    monkeypatch.setattr(Disk, "_pause", pause)

    async def wait(number):
        async with asyncio.timeout(10):
            return [await seen.get() for _ in range(number)]

    return wait


async def _answered_into_a_full_disk(gateway, function, disk, refusals, call):
    """Queue a call whose function answers while the disk refuses."""
    function.hold.clear()
    assert (await gateway.submit(**call))[0] == 202
    await function.called()
    await disk.fill(gateway)
    function.hold.set()
    pauses = await refusals(4)
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1]
    assert len(function.came) == 1
    counts = await gateway.counts()
    assert (counts["running"], counts["waiting"]) == (1, 0)


@pytest.mark.parametrize("body", [b"small", LARGE], ids=["in-database", "file"])
def test_a_function_that_answered_is_not_called_again(
    queued, listening, run, disk, refusals, body, caplog, tmp_path
):
    async def steps():
        async with listening() as function, queued(function) as gateway:
            await _answered_into_a_full_disk(gateway, function, disk, refusals, {"body": body})
            await disk.free(gateway)
            await gateway.until(waiting=0, running=0, failed=0)
            assert function.bodies == [body]
        assert list((tmp_path / "queue" / "bodies").iterdir()) == []

    with caplog.at_level(logging.WARNING):
        run(steps())
    assert len([each for each in caplog.messages if "the queue's disk refuses" in each]) == 1
    assert len([each for each in caplog.messages if "takes changes again" in each]) == 1
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("reply", [b"small", LARGE], ids=["in-database", "file"])
def test_an_answer_waits_in_memory_and_is_posted_once(
    queued, listening, run, disk, refusals, reply, tmp_path
):
    async def steps():
        async with (
            listening() as function,
            listening() as target,
            queued(function) as gateway,
        ):
            function.reply = reply
            call = {"X_Callback_Url": target.address}
            await _answered_into_a_full_disk(gateway, function, disk, refusals, call)
            assert target.came == []
            await disk.free(gateway)
            await gateway.until(waiting=0, running=0, failed=0)
            assert len(function.came) == 1
            assert target.bodies == [reply]
        assert list((tmp_path / "queue" / "bodies").iterdir()) == []

    run(steps())


def test_an_attempt_that_failed_is_counted_once_and_made_again_once(
    queued, listening, run, disk, refusals
):
    async def steps():
        async with listening() as function, queued(function, attempts=2) as gateway:
            function.answers = [503, 503]
            await _answered_into_a_full_disk(gateway, function, disk, refusals, {})
            await disk.free(gateway)
            await gateway.until(waiting=0, running=0, failed=1)
            assert len(function.came) == 2
            assert (await gateway.failed())[0]["attempts"] == 2

    run(steps())


def test_a_failure_is_listed_and_told_once(queued, listening, run, disk, refusals):
    async def steps():
        async with (
            listening() as function,
            listening() as target,
            queued(function, attempts=1) as gateway,
        ):
            function.answers = [503]
            call = {"X_Callback_Url": target.address}
            await _answered_into_a_full_disk(gateway, function, disk, refusals, call)
            await disk.free(gateway)
            await gateway.until(waiting=0, running=0, failed=1)
            assert len(function.came) == len(target.came) == 1
            assert target.came[0][0].headers["X-Function-Status"] == "503"

    run(steps())


def test_a_callback_that_was_taken_is_not_posted_again(queued, listening, run, disk, refusals):
    async def steps():
        async with (
            listening() as function,
            listening() as target,
            queued(function) as gateway,
        ):
            target.hold.clear()
            await gateway.submit(X_Callback_Url=target.address)
            await target.called()
            await disk.fill(gateway)
            target.hold.set()
            await refusals(3)
            assert len(target.came) == 1
            await disk.free(gateway)
            await gateway.until(waiting=0, running=0, failed=0)
            assert len(function.came) == len(target.came) == 1

    run(steps())


def test_a_gateway_with_a_full_disk_ends_and_delivers_again_after_the_next_start(
    queued, listening, run, disk, refusals, caplog
):
    async def steps():
        async with listening() as function:
            async with queued(function) as gateway:
                await _answered_into_a_full_disk(gateway, function, disk, refusals, {})
            assert "comes again at the next start" in caplog.text
            await disk.free(None)
            async with queued(function) as gateway:
                await gateway.until(waiting=0, running=0, failed=0)
            assert len(function.came) == 2
            assert len({request.headers["X-Call-Id"] for request, _ in function.came}) == 1

    run(steps())


def test_answers_that_neither_disk_nor_memory_can_hold_are_failed_attempts(
    queued, listening, run, refusals, monkeypatch, tmp_path
):
    monkeypatch.setattr("dcf.gateway.queue.bodies.SPARE_BYTES", 1000)
    disk = NoLongerFiles(tmp_path / "queue")

    async def steps():
        async with (
            listening() as function,
            listening() as target,
            queued(function, attempts=1) as gateway,
        ):
            function.reply = LARGE
            call = {"X_Callback_Url": target.address}
            try:
                await _answered_into_a_full_disk(gateway, function, disk, refusals, call)
            finally:
                await disk.free(gateway)
            await gateway.until(waiting=0, running=0, failed=1)
            reason = (await gateway.failed())[0]["reason"]
            assert reason.startswith(
                "the function answered, but the disk could not keep its answer"
            )
            assert len(function.came) == len(target.came) == 1

    run(steps())
