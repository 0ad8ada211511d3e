"""The soak: what it calls a loss, what it calls growth, and two minutes of it for real."""

import asyncio
import json
import random
import signal
import subprocess
import sys
import time

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from benchmarks.soak.calls import Client, batch, jpeg
from benchmarks.soak.ledger import (
    ANSWERED,
    BUSY,
    KILLED,
    LOST,
    BrokeOff,
    Ledger,
    Lost,
)
from benchmarks.soak.readings import MEGABYTE, Growth, Reading, Use, growths
from benchmarks.soak.report import Report, table


def report(ledger=None, grown=(), callbacks=(0, 0, 0), faults=()):
    return Report(1.0, ledger or Ledger(), tuple(grown), {}, callbacks, tuple(faults))


def test_a_call_that_broke_off_in_a_killed_process_is_no_loss():
    ledger, began = Ledger(), time.monotonic()
    with ledger.killing("echo"):
        pass
    ledger.failed("echo", "echo", began, BrokeOff("502"))
    assert (ledger.of(KILLED), ledger.of(LOST)) == (1, 0)


@pytest.mark.parametrize(
    ("function", "fault", "later"),
    [
        pytest.param("ssd", BrokeOff("502"), 0.0, id="another function's process"),
        pytest.param("echo", Lost("500"), 0.0, id="an answer that no killed process gives"),
        pytest.param("echo", BrokeOff("502"), 1.0, id="begun after the kill"),
    ],
)
def test_any_other_is_a_loss(function, fault, later):
    ledger = Ledger()
    with ledger.killing("echo"):
        began = time.monotonic()
    ledger.failed("kind", function, began + later, fault)
    assert (ledger.of(KILLED), ledger.of(LOST)) == (0, 1)
    assert not report(ledger).holds
    assert "lost: kind: 50" in table(report(ledger))


def test_a_call_that_ended_before_the_kill_was_not_in_it():
    ledger, began = Ledger(), time.monotonic()
    ledger.failed("echo", "echo", began, BrokeOff("502"))
    with ledger.killing("echo"):
        pass
    assert ledger.of(LOST) == 1


def test_answers_and_refusals_for_want_of_room_are_none():
    ledger = Ledger()
    ledger.note("echo", ANSWERED)
    ledger.note("echo", BUSY)
    assert (report(ledger).losses, ledger.total, report(ledger).holds) == (0, 2, True)


def test_a_callback_that_never_came_is_a_loss():
    assert report(callbacks=(5, 5, 2)).holds
    assert (report(callbacks=(5, 4, 0)).losses, report(callbacks=(5, 4, 0)).holds) == (1, False)


def test_what_else_was_wrong_is_told():
    told = report(faults=["the gateway's end: status 1, 2 processes left"])
    assert not told.holds
    assert "wrong: the gateway's end: status 1, 2 processes left" in table(told)


def test_growth_is_held_to_its_bound():
    small, large = Use(100, 10, 5), Use(int(100 * MEGABYTE), 100, 50)
    start = Reading({"gateway": small, "ssd": small, "echo": small}, 2)
    found = growths(start, Reading({"gateway": large, "ssd": small, "echo": small}, 3), start)
    wrong = [each.what for each in found if not each.holds]
    assert wrong == [
        "gateway: memory", "gateway: file descriptors", "gateway: threads", "child processes",
    ]  # fmt: skip
    assert "NO" in table(report(grown=found))
    assert all(each.holds for each in growths(start, start, start))
    assert Growth("less at the end", "", 9, 3, 12, 0).holds


def test_the_most_of_each_is_kept():
    one, other = Use(1, 20, 3), Use(10, 2, 30)
    most = Reading({"a": one}, 1).most(Reading({"a": other, "b": one}, 4))
    assert most == Reading({"a": Use(10, 20, 30), "b": one}, 4)


async def answer(request):
    """What a detector says: of a batch, a list for each of its pictures."""
    found = [{"class": "cup"}]
    if request.content_type == "image/jpeg":
        return web.json_response(found)
    return web.json_response([found] * len(json.loads(await request.read())["images"]))


async def compare():
    app = web.Application()
    app.router.add_post("/function/ssd", answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        base = str(server.make_url("")).rstrip("/")
        chance, cup, dog = random.Random(1), [{"class": "cup"}], [{"class": "dog"}]
        client = Client(session, None, base, chance, b"jpeg", cup, None, None)
        assert [await batch(client) for _ in range(5)] == [ANSWERED] * 5
        assert await jpeg(client) == ANSWERED
        client.expected = dog
        for call in (batch, jpeg):
            with pytest.raises(Lost, match="another answer"):
                await call(client)


def test_a_batch_is_compared_picture_by_picture():
    asyncio.run(compare())


def soak(seconds, seed):
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.soak", "--seconds", str(seconds), "--seed", str(seed)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_two_minutes_lose_nothing_and_leave_nothing():
    process = soak(75, 7)
    told, progress = process.communicate(timeout=380)
    assert process.returncode == 0, told + progress
    lines = {line.split("  ")[0]: line.split() for line in told.splitlines() if line}
    assert lines["losses (0 allowed)"][-1] == "0"
    assert int(lines["callbacks due"][-1].replace(",", "")) > 50
    assert int(lines["kill"][-1]) > 0
    assert "child processes" in lines
    assert "NO" not in told


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ctrl_c_ends_it_with_the_table_so_far():
    process = soak(3600, 1)
    for line in process.stderr:
        if "warm after" in line or "calls" in line:
            break
    process.send_signal(signal.SIGINT)
    told, progress = process.communicate(timeout=240)
    assert process.returncode == 0, told + progress
    assert "losses (0 allowed)" in told
    assert "child processes" in told
