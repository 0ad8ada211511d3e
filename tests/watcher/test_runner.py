import threading
import time

import pytest

from watcher.errors import Overloaded, TimedOut
from watcher.reply import Reply
from watcher.request import Request
from watcher.runner import Runner


@pytest.fixture
def gate():
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def make(gate):
    made = []

    def begin(**limits):
        def call(request):
            if request.input == b"wait":
                assert gate.wait(10)
            if request.input == b"fail":
                raise ValueError("no")
            return Reply(request.input)

        runner = Runner(call, **{"concurrency": 1, "max_inflight": 3, "exec_timeout": 5} | limits)
        made.append(runner)
        return runner

    yield begin
    gate.set()
    assert all(runner.close(5) for runner in made)


def behind(runner, body, times=1):
    threads = [threading.Thread(target=runner.run, args=(Request(body),)) for _ in range(times)]
    before = runner.inflight
    for thread in threads:
        thread.start()
    while runner.inflight < before + times:
        time.sleep(0.001)
    return threads


def test_answers_and_errors_reach_the_caller(make):
    runner = make()
    assert runner.run(Request(b"a")).body == b"a"
    with pytest.raises(ValueError, match="no"):
        runner.run(Request(b"fail"))
    assert runner.inflight == 0


def test_running_and_waiting_calls_are_bounded(make, gate):
    runner = make()
    threads = behind(runner, b"wait", 3)
    assert runner.full
    with pytest.raises(Overloaded):
        runner.run(Request(b"a"))
    gate.set()
    for thread in threads:
        thread.join(5)
    assert runner.run(Request(b"a")).body == b"a"
    assert runner.inflight == 0


def test_a_call_that_waits_too_long_never_runs(make, gate):
    runner = make()
    threads = behind(runner, b"wait")
    with pytest.raises(TimedOut):
        runner.run(Request(b"fail"), timeout=0.05)
    assert runner.inflight == 1
    gate.set()
    threads[0].join(5)
    assert runner.run(Request(b"a")).body == b"a"
    assert runner.inflight == 0


def test_a_timed_out_call_keeps_its_slot_and_all_of_them_mean_stuck(make, gate):
    runner = make(exec_timeout=0.05, concurrency=2)
    for expected in (False, True):
        with pytest.raises(TimedOut):
            runner.run(Request(b"wait"))
        time.sleep(0.01)
        assert runner.stuck is expected
    assert runner.inflight == 2
    gate.set()
    end = time.monotonic() + 5
    while runner.inflight and time.monotonic() < end:
        time.sleep(0.001)
    assert not runner.stuck
    assert runner.run(Request(b"a"), timeout=5).body == b"a"


def test_no_time_limit_at_all(make):
    runner = make(exec_timeout=0)
    assert runner.run(Request(b"a")).body == b"a"
    assert not runner.stuck


def test_many_callers_get_their_own_answers(make):
    runner = make(concurrency=4, max_inflight=64)
    wrong = []

    def caller(number):
        for turn in range(50):
            body = f"{number} {turn}".encode()
            if runner.run(Request(body)).body != body:
                wrong.append(body)

    threads = [threading.Thread(target=caller, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not wrong
    assert runner.inflight == 0


class Long(Exception):
    code, message, defer = "overloaded", "too many long calls", True


def long_call(gate, seen):
    """A handler that defers what begins with `long`, and waits there for the gate."""

    def call(request):
        if request.input.startswith(b"long"):
            if request.turn.may_defer:
                raise Long("defer me")
            seen.append(request.input)
            assert gate.wait(10)
        return Reply(request.input)

    return call


@pytest.fixture
def deferring(gate):
    made, seen = [], []

    def begin(**limits):
        limits = {"concurrency": 1, "max_inflight": 4, "exec_timeout": 5} | limits
        made.append(Runner(long_call(gate, seen), **limits))
        return made[-1], seen

    yield begin
    gate.set()
    assert all(runner.close(5) for runner in made)


def until(condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_long_calls_keep_no_short_ones_waiting(deferring, gate):
    runner, seen = deferring()
    threads = behind(runner, b"long", 2)
    until(lambda: seen)
    for number in range(10):
        body = b"%d" % number
        assert runner.run(Request(body)).body == body
    assert seen == [b"long"]
    assert runner.inflight == 2
    assert not runner.stuck
    gate.set()
    for thread in threads:
        thread.join(5)
    assert seen == [b"long", b"long"]
    assert runner.inflight == 0


def test_only_so_many_long_calls_wait_and_they_fill_no_place_of_short_ones(deferring, gate):
    runner, _ = deferring(max_inflight=4)
    threads = behind(runner, b"long", 2)
    until(lambda: runner._deferred == 2)
    with pytest.raises(Long):
        runner.run(Request(b"long"))
    assert not runner.full
    assert runner.run(Request(b"a")).body == b"a"
    gate.set()
    for thread in threads:
        thread.join(5)


def test_a_long_call_that_nobody_waits_for_any_more_never_runs(deferring, gate):
    runner, seen = deferring()
    threads = behind(runner, b"long", 1)
    until(lambda: seen)
    with pytest.raises(TimedOut):
        runner.run(Request(b"long, but too late"), timeout=0.05)
    gate.set()
    threads[0].join(5)
    until(lambda: runner.inflight == 0)
    assert seen == [b"long"]


def test_a_call_learns_that_its_caller_has_left(make, gate):
    request = Request(b"wait")
    with pytest.raises(TimedOut):
        make().run(request, timeout=0.05)
    assert request.turn.expired
