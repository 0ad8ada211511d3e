"""Where calls run: what is told of one that runs, and of one that was not answered in time."""

import threading

import pytest

from watcher.caller import Caller
from watcher.request import Request
from watcher.slots import Job, Row, Slot, timed_out
from watcher.user_trace import NOWHERE


@pytest.fixture
def busy():
    """A slot whose thread is in a job, until the test ends."""
    slot, job = Slot(), Job(Request(b"", call_id="id-1"), Caller())
    here, go = threading.Event(), threading.Event()

    def work():
        slot.thread = threading.get_ident()
        slot.begin(job)
        here.set()
        go.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    assert here.wait(10)
    yield slot, job
    go.set()
    thread.join(10)


def test_a_slot_tells_of_the_call_that_its_thread_runs(busy):
    slot, job = busy
    running = slot.running()
    assert running.call_id == "id-1"
    assert running.seconds >= 0
    assert "in work" in slot.where(job).stack
    slot.end()
    assert slot.running() is None
    assert slot.since is None


def test_where_another_call_is_is_not_told(busy):
    slot, _ = busy
    assert slot.where(Job(Request(b""), Caller())) is None


def test_an_idle_slot_is_handed_the_job_and_others_wait():
    row, jobs = Row(1), [Job(Request(b""), Caller()) for _ in range(2)]
    row.idle.append(row.slots[0])
    for job in jobs:
        row.enter(job)
    assert row.slots[0].job is jobs[0]
    assert list(row.waiting) == [jobs[1]]
    assert row.inflight == 2


def test_the_limit_that_ended_a_call_is_named(busy):
    _, job = busy
    own = timed_out(job, 1.5, is_own=True)
    assert own.message == (
        "the call took longer than 1.5 s (the function's EXEC_TIMEOUT); send less, or raise "
        "EXEC_TIMEOUT"
    )
    assert "in work" in own.where.stack
    callers = timed_out(job, 1, is_own=False)
    assert "longer than 1 s (the caller's own limit); send less, or allow more" in callers.message


def test_a_call_that_never_had_its_turn_is_told_so():
    job = Job(Request(b""), Caller())
    job.waited = True
    error = timed_out(job, 2, is_own=True)
    assert error.message.startswith("the call waited 2 s (the function's EXEC_TIMEOUT) for a free")
    assert error.where is NOWHERE
