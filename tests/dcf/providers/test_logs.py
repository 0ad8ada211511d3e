"""Logs rotate, come back in order, and can be followed."""

import asyncio
import re

from dcf.providers.base import LogQuery
from dcf.providers.logs import FunctionLog


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
    assert not log._followers
    log.close()


def test_a_log_is_gone_with_its_function(tmp_path):
    log = FunctionLog(tmp_path, "f", max_bytes=10)
    for _ in range(5):
        log.write("f-1", "long enough to rotate")
    log.remove()
    assert list(tmp_path.iterdir()) == []
