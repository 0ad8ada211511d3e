"""Bodies at rest: small ones in the database, large ones in files that come and go whole."""

import asyncio
import errno
import os
import resource

import pytest

from dcf.gateway.queue.bodies import IN_DATABASE, Bodies, BodyTooLarge
from dcf.gateway.queue.body_file import LostBodyError
from dcf.gateway.queue.records import Body

LIMIT = IN_DATABASE * 4


@pytest.fixture
def keep(tmp_path, run):
    """`keep(steps)` runs `steps(bodies)`, with a folder that stays the same."""

    def all_steps(steps):
        async def through():
            bodies = Bodies(tmp_path / "bodies", LIMIT)
            try:
                return await steps(bodies)
            finally:
                await bodies.close()

        return run(through())

    return all_steps


def names(tmp_path):
    return sorted(each.name for each in (tmp_path / "bodies").iterdir())


async def pieces(size, end=None, piece=10_000):
    while size:
        part = min(size, piece)
        yield b"x" * part
        size -= part
    if end:
        raise end


@pytest.mark.parametrize("size", [0, 1, IN_DATABASE, IN_DATABASE + 1, LIMIT])
@pytest.mark.parametrize("way", ["receive", "receive_answer"])
def test_a_body_comes_whole_into_its_place(keep, tmp_path, size, way):
    async def steps(bodies):
        body = await getattr(bodies, way)(pieces(size))
        assert body.size == size
        if size <= IN_DATABASE:
            assert (body.data, body.file, names(tmp_path)) == (b"x" * size, "", [])
            assert await bodies.fault(body) == ""
            return
        assert (body.data, names(tmp_path)) == (None, [body.file])
        assert bodies.path(body).read_bytes() == b"x" * size
        assert await bodies.fault(body) == ""
        await bodies.remove(body.file, "")
        assert names(tmp_path) == []

    keep(steps)


@pytest.mark.parametrize("way", ["receive", "receive_answer"])
def test_one_over_the_limit_is_refused_and_leaves_nothing(keep, tmp_path, way):
    async def steps(bodies):
        with pytest.raises(BodyTooLarge, match=f"{LIMIT} bytes at most"):
            await getattr(bodies, way)(pieces(LIMIT + 1))

    keep(steps)
    assert names(tmp_path) == []


@pytest.mark.parametrize("size", [10, LIMIT], ids=["small", "large"])
@pytest.mark.parametrize("way", ["receive", "receive_answer"])
def test_one_that_breaks_off_leaves_nothing(keep, tmp_path, way, size):
    async def steps(bodies):
        with pytest.raises(ConnectionResetError):
            await getattr(bodies, way)(pieces(size, ConnectionResetError()))

    keep(steps)
    assert names(tmp_path) == []


def test_every_piece_is_told_before_it_is_kept_and_may_be_refused(keep, tmp_path):
    told = []

    def grown(size):
        told.append(size)
        if sum(told) > 2 * IN_DATABASE:
            raise KeyError

    async def steps(bodies):
        with pytest.raises(KeyError):
            await bodies.receive(pieces(LIMIT), grown)

    keep(steps)
    assert set(told) == {10_000}
    assert sum(told) == (2 * IN_DATABASE // 10_000 + 1) * 10_000
    assert names(tmp_path) == []


@pytest.mark.parametrize("way", ["receive", "receive_answer"])
def test_who_leaves_while_it_is_flushed_leaves_nothing(keep, tmp_path, way, monkeypatch):
    async def steps(bodies):
        begun, go = asyncio.Event(), asyncio.Event()
        before = Bodies.complete

        async def complete(self, body):
            begun.set()
            await go.wait()
            await before(self, body)

        monkeypatch.setattr(Bodies, "complete", complete)
        receiving = asyncio.create_task(getattr(bodies, way)(pieces(LIMIT)))
        await begun.wait()
        assert len(names(tmp_path)) == 1
        receiving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await receiving

    keep(steps)
    assert names(tmp_path) == []


def fail_to_flush(monkeypatch):
    def fail(_number):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)


@pytest.mark.parametrize("way", ["receive", "receive_answer"])
def test_a_body_that_the_disk_lost_is_said_to_be_lost_and_leaves_nothing(
    keep, tmp_path, way, monkeypatch
):
    async def steps(bodies):
        fail_to_flush(monkeypatch)
        with pytest.raises(LostBodyError):
            await getattr(bodies, way)(pieces(LIMIT))

    keep(steps)
    assert names(tmp_path) == []


@pytest.fixture
def small_files():
    """`small_files()`: no file becomes longer than a body in the database; ends with the test."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size=IN_DATABASE: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_call_that_the_disk_refuses_is_refused(keep, tmp_path, small_files):
    async def steps(bodies):
        small_files()
        with pytest.raises(OSError, match="large"):
            await bodies.receive(pieces(LIMIT))

    keep(steps)
    assert names(tmp_path) == []


def test_an_answer_that_the_disk_refuses_waits_in_memory_and_is_completed(
    keep, tmp_path, small_files
):
    async def steps(bodies):
        small_files()
        body = await bodies.receive_answer(pieces(LIMIT))
        assert await bodies.fault(body) == (
            f"its body's file is damaged: {IN_DATABASE} of {LIMIT} bytes"
        )
        with pytest.raises(OSError, match="large"):
            await bodies.complete(body)
        small_files(resource.RLIM_INFINITY)
        await bodies.complete(body)
        await bodies.complete(body)  # nothing is left to do
        assert await bodies.fault(body) == ""
        assert bodies.path(body).read_bytes() == b"x" * LIMIT

    keep(steps)
    assert len(names(tmp_path)) == 1  # closing takes nothing that is whole


def test_an_answer_that_waits_in_memory_goes_with_the_gateway(keep, tmp_path, small_files):
    async def steps(bodies):
        small_files()
        await bodies.receive_answer(pieces(LIMIT))
        assert len(names(tmp_path)) == 1

    keep(steps)
    assert names(tmp_path) == []  # no database names it


def test_an_answer_that_never_gets_onto_the_disk_is_lost_and_forgotten(
    keep, tmp_path, small_files, monkeypatch
):
    async def steps(bodies):
        small_files()
        body = await bodies.receive_answer(pieces(LIMIT))
        small_files(resource.RLIM_INFINITY)
        fail_to_flush(monkeypatch)
        with pytest.raises(LostBodyError):
            await bodies.complete(body)
        await bodies.complete(body)  # it is known to nobody any more

    keep(steps)
    assert names(tmp_path) == []


def test_what_is_missing_or_cut_is_told(keep, tmp_path):
    async def steps(bodies):
        assert await bodies.fault(Body(9, None, "gone")) == (
            "its body's file is missing from the queue's folder"
        )
        (tmp_path / "bodies" / "cut").write_bytes(b"1234")
        assert await bodies.fault(Body(9, None, "cut")) == (
            "its body's file is damaged: 4 of 9 bytes"
        )

    keep(steps)


def test_what_no_database_names_is_swept_or_put_aside(keep, tmp_path, caplog):
    async def steps(bodies):
        for name in ("named", "left"):
            (tmp_path / "bodies" / name).write_bytes(b"x")
        bodies.keep_only({"named"})
        assert names(tmp_path) == ["named"]
        (tmp_path / "bodies" / "left").write_bytes(b"x")
        bodies.keep_only({"named"}, ".lost-1")
        assert names(tmp_path) == ["named"]
        assert (tmp_path / "bodies.lost-1" / "left").read_bytes() == b"x"
        assert caplog.messages == []
        (tmp_path / "bodies" / "folder").mkdir()  # not even root unlinks one
        bodies.keep_only({"named"})
        await bodies.remove("folder", "named")
        assert names(tmp_path) == ["folder"]

    keep(steps)
    assert sum("cannot be removed" in each for each in caplog.messages) == 2
