"""Logs rotate, come back in order, and can be followed."""

import asyncio
import contextlib
import re
import resource
import tracemalloc
from datetime import datetime, timedelta, timezone

import pytest

from dcf.errors import InvalidRequest
from dcf.providers.process.log_pieces import next_lines
from dcf.providers.process.logs import FunctionLog
from dcf.providers.stores import LogQuery
from tests.waiting import turns, until_async


def read(log, **query):
    async def collect():
        return [line async for line in log.lines(LogQuery("f", **query))]

    return asyncio.run(collect())


def test_lines_come_back_as_written_stamped_and_named(tmp_path):
    log = FunctionLog(tmp_path, "f")
    log.write("f-1", "first  line with  spaces")
    log.write("f-2", "zweite Zeile: ü")
    lines = read(log)
    assert [(line.instance, line.text) for line in lines] == [
        ("f-1", "first  line with  spaces"),
        ("f-2", "zweite Zeile: ü"),
    ]
    assert all(
        re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line.timestamp) for line in lines
    )
    log.close()


def test_old_files_are_dropped_and_the_rest_stays_in_order(tmp_path):
    log = FunctionLog(tmp_path, "f", max_bytes=1000)
    for number in range(200):
        log.write("f-1", str(number))
    kept = [int(line.text) for line in read(log)]
    assert kept == list(range(kept[0], 200))
    assert len(list(tmp_path.iterdir())) == 3
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 3 * 1100
    log.close()


def test_tail_since_and_instance_choose(tmp_path):
    log = FunctionLog(tmp_path, "f")
    for number in range(10):
        log.write(f"f-{number % 2}", str(number))
    assert [line.text for line in read(log, tail=3)] == ["7", "8", "9"]
    assert [line.text for line in read(log, instance="f-1", tail=2)] == ["7", "9"]
    assert len(read(log, since=read(log)[4].timestamp)) == 6
    assert read(log, since="2999-01-01T00:00:00Z") == []
    log.close()


def test_following_gives_old_lines_then_new_ones_and_leaves_nothing_behind(tmp_path):
    log = FunctionLog(tmp_path, "f")
    log.write("f-1", "old")

    async def follow():
        came = []
        stream = log.lines(LogQuery("f", follow=True))
        async for line in stream:
            came.append(line.text)
            if line.text == "old":
                asyncio.get_running_loop().call_later(0.05, log.write, "f-1", "new")
            if line.text == "new":
                break
        await stream.aclose()
        return came

    assert asyncio.run(asyncio.wait_for(follow(), 10)) == ["old", "new"]
    assert not log._readers
    log.close()


def test_a_log_is_gone_with_its_function(tmp_path):
    log = FunctionLog(tmp_path, "f", max_bytes=10)
    for _ in range(5):
        log.write("f-1", "long enough to rotate")
    log.remove()
    log.write("f-1", "said while it was drained")
    assert list(tmp_path.iterdir()) == []


def test_since_may_be_told_in_any_zone_and_nonsense_is_refused(tmp_path):
    log = FunctionLog(tmp_path, "f")
    log.write("f-1", "a line")
    utc = datetime.fromisoformat(read(log)[0].timestamp)
    for moment, count in ((utc, 1), (utc + timedelta(seconds=1), 0)):
        elsewhere = moment.astimezone(timezone(timedelta(hours=9))).isoformat()
        assert len(read(log, since=elsewhere)) == count
    with pytest.raises(InvalidRequest, match="RFC 3339"):
        read(log, since="yesterday")
    log.close()


@pytest.mark.parametrize("tail", [1, 7, 40, 10_000])
def test_a_tail_reaches_back_over_files_and_skips_what_was_not_asked_for(tmp_path, tail):
    log = FunctionLog(tmp_path, "f", max_bytes=1000)
    for number in range(60):
        log.write(f"f-{number % 2}", str(number))
    every = [line.text for line in read(log, instance="f-1")]
    assert [line.text for line in read(log, instance="f-1", tail=tail)] == every[-tail:]
    log.close()


def test_a_follower_gets_every_line_across_rotations(tmp_path):
    log = FunctionLog(tmp_path, "f", max_bytes=500)

    came = []

    async def follow():
        async for line in log.lines(LogQuery("f", follow=True)):
            came.append(int(line.text))
            if came[-1] == 299:
                return came
        return came

    async def steps():
        reader = asyncio.create_task(follow())
        for number in range(300):
            log.write("f-1", str(number))
            if number % 5 == 4:  # a follower that is far behind loses what was dropped meanwhile
                await until_async(lambda number=number: number in came)
        return await asyncio.wait_for(reader, 10)

    assert asyncio.run(steps()) == list(range(300))
    assert log._rotations > 20
    log.close()


def test_lines_that_come_between_the_end_of_a_read_and_a_rotation_are_not_lost(
    tmp_path, monkeypatch
):
    log = FunctionLog(tmp_path, "f", max_bytes=500)
    log.write("f-1", "0")
    fill = iter(range(1, 25))

    def slow_read(piece, wanted):
        found = next_lines(piece, wanted)
        if found is None:
            for number in fill:
                log.write("f-1", str(number))
        return found

    monkeypatch.setattr("dcf.providers.process.logs.next_lines", slow_read)

    came = []

    async def follow():
        async for line in log.lines(LogQuery("f", follow=True)):
            came.append(int(line.text))
            if came[-1] == 24:
                break
        return came

    assert asyncio.run(asyncio.wait_for(follow(), 10)) == list(range(25))
    assert log._rotations >= 4
    log.close()


def test_a_follower_that_stands_still_holds_no_lines_and_goes_on_with_what_is_left(tmp_path):
    log = FunctionLog(tmp_path, "f", max_bytes=1 << 16)
    log.write("f-1", "first")

    async def steps():
        stream = log.lines(LogQuery("f", follow=True))
        came = [(await anext(stream)).text]
        tracemalloc.start()
        for number in range(20_000):
            log.write("f-1", f"{number:0100}")
        grown, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        while not came[-1].endswith("19999"):
            came.append((await asyncio.wait_for(anext(stream), 10)).text)
        await stream.aclose()
        return grown, came

    grown, came = asyncio.run(steps())
    assert grown < 100_000
    assert 100 < len(came) < 3000
    log.close()


def test_a_closed_log_ends_its_followers(tmp_path):
    log = FunctionLog(tmp_path, "f")

    async def steps():
        async def follow():
            return [line.text async for line in log.lines(LogQuery("f", follow=True))]

        reader = asyncio.create_task(follow())
        await turns()
        log.write("f-1", "last words")
        log.close()
        return await asyncio.wait_for(reader, 10)

    assert asyncio.run(steps()) == ["last words"]


def test_reading_full_files_leaves_the_loop_free(tmp_path):
    log = FunctionLog(tmp_path, "f")
    for _ in range(60_000):
        log.write("f-1", "x" * 150)

    async def steps():
        async def read_all():
            return [line async for line in log.lines(LogQuery("f"))]

        rounds, reading = 0, asyncio.create_task(read_all())
        while not reading.done():
            await turns(1)
            rounds += 1
        return rounds, len(reading.result())

    rounds, count = asyncio.run(steps())
    assert count == 60_000
    assert rounds > 20  # all of it in one piece is one round
    log.close()


@contextlib.contextmanager
def no_file_over(size):
    """The kernel cuts writes at that size, as on a full disk: some of a line may still fit."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_lines_without_room_are_lost_whole_and_told_of_when_there_is_room(tmp_path):
    log = FunctionLog(tmp_path, "f")
    log.write("f-1", "before")
    with no_file_over(100):
        log.write("f-1", "x" * 200)
        log.write("f-1", "y" * 200)
    log.write("f-1", "after")
    assert [line.text for line in read(log)] == [
        "before", "2 lines are lost: the disk of the gateway was full, or failed", "after",
    ]  # fmt: skip
    log.close()


def test_a_log_that_cannot_rotate_goes_on(tmp_path):
    log = FunctionLog(tmp_path, "f", max_bytes=100)
    (tmp_path / "f.next").mkdir()
    for number in range(6):
        log.write("f-1", f"line {number} " + "x" * 40)
    (tmp_path / "f.next").rmdir()
    log.write("f-1", "last")
    assert [line.text.split(" x")[0] for line in read(log)] == [
        *(f"line {number}" for number in range(6)), "last",
    ]  # fmt: skip
    assert (tmp_path / "f.log").stat().st_size == 0
    log.close()


def write_calls(log, count):
    """So many calls of two replicas, in turns; each fails with a trace of three lines."""
    for number in range(count):
        for instance in ("f-1", "f-2"):
            call = f"{instance}-{number}"
            log.write(instance, f"ERROR the handler failed [{call}]")
            for line in range(3):
                log.write(instance, f"  line {line} of {number}")
            log.write(instance, f"INFO POST / - 500 [{call}]")


def test_one_calls_lines_are_its_own_and_its_trace(tmp_path):
    log = FunctionLog(tmp_path, "f")
    write_calls(log, 3)
    whole = [
        "ERROR the handler failed [f-2-1]", "  line 0 of 1", "  line 1 of 1", "  line 2 of 1",
        "INFO POST / - 500 [f-2-1]",
    ]  # fmt: skip
    lines = read(log, call="f-2-1")
    assert [line.text for line in lines] == whole
    assert {line.instance for line in lines} == {"f-2"}
    for tail in range(1, 7):
        assert [line.text for line in read(log, call="f-2-1", tail=tail)] == whole[-tail:]
    assert read(log, call="f-2-1", instance="f-1") == []
    assert read(log, call="nobody") == read(log, call="f-2-1", since="2999-01-01T00:00:00Z") == []
    log.close()


def test_one_calls_lines_are_found_across_files(tmp_path):
    log = FunctionLog(tmp_path, "f", max_bytes=2000)
    write_calls(log, 60)
    assert len(list(tmp_path.iterdir())) == 3
    for number in (50, 59):
        assert len(read(log, call=f"f-1-{number}")) == 5
        assert [line.text for line in read(log, call=f"f-1-{number}", tail=2)] == [
            f"  line 2 of {number}", f"INFO POST / - 500 [f-1-{number}]",
        ]  # fmt: skip
    log.close()


@pytest.mark.parametrize("tail", [-1, 2])
def test_one_call_can_be_followed(tmp_path, tail):
    log = FunctionLog(tmp_path, "f")
    log.write("f-1", "ERROR [c]")
    log.write("f-1", "  old 1")
    log.write("f-1", "  old 2")

    async def follow():
        came = []
        stream = log.lines(LogQuery("f", follow=True, call="c", tail=tail))
        async for line in stream:
            came.append(line.text)
            if line.text == "  old 2":
                log.write("f-2", "  of another")
                log.write("f-1", "  new")
                log.write("f-1", "INFO [d]")
                log.write("f-1", "INFO last [c]")
            if line.text == "INFO last [c]":
                break
        await stream.aclose()
        return came

    old = ["ERROR [c]", "  old 1", "  old 2"]
    expected = [*(old if tail < 0 else old[-tail:]), "  new", "INFO last [c]"]
    assert asyncio.run(asyncio.wait_for(follow(), 10)) == expected
    log.close()
