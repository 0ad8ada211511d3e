import random
import threading
import time
import weakref

import pytest

from watcher.caller import Caller
from watcher.errors import CallerLeft, Overloaded, TimedOut
from watcher.reply import Reply
from watcher.request import Request
from watcher.runner import Runner
from watcher.web.body_budget import Bodies, Share


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


def body_of(bodies, size):
    """A caller whose body is counted, and what the connection holds of it."""
    share = Share(bodies)
    assert share.grow(size)
    return Caller(share), share


def test_a_call_given_up_while_it_waits_leaves_nothing_behind(make):
    runner, bodies = make(), Bodies(1000)
    behind(runner, b"wait")
    left = []
    for _ in range(100):
        caller, share = body_of(bodies, 1000)
        request = Request(bytes(1000))
        left.append(weakref.ref(request))
        with pytest.raises(TimedOut):
            runner.run(request, timeout=0.001, caller=caller)
        del request
        share.let_go()
        assert bodies.taken == 0
    assert not any(one() for one in left)
    assert runner.inflight == 1


def test_a_call_given_up_while_it_runs_keeps_its_share_until_it_ends(make, gate):
    runner, bodies = make(), Bodies(4)
    caller, share = body_of(bodies, 4)
    with pytest.raises(TimedOut):
        runner.run(Request(b"wait"), timeout=0.05, caller=caller)
    share.let_go()
    assert bodies.taken == 4
    gate.set()
    end = time.monotonic() + 5
    while bodies.taken and time.monotonic() < end:
        time.sleep(0.001)
    assert bodies.taken == runner.inflight == 0


def test_a_refused_call_takes_no_share(make):
    runner, bodies = make(max_inflight=1), Bodies(4)
    behind(runner, b"wait")
    caller, share = body_of(bodies, 4)
    with pytest.raises(Overloaded):
        runner.run(Request(b"over"), caller=caller)
    share.let_go()
    assert bodies.taken == 0


def test_who_leaves_while_the_call_waits_is_let_go_at_once(make):
    runner, bodies = make(), Bodies(4)
    behind(runner, b"wait")
    caller, share = body_of(bodies, 4)
    ended = []

    def call():
        with pytest.raises(CallerLeft):
            runner.run(Request(b"late"), caller=caller)
        ended.append(1)

    thread = threading.Thread(target=call)
    thread.start()
    while runner.inflight < 2:
        time.sleep(0.001)
    caller.leave()
    thread.join(5)
    assert ended == [1]
    assert runner.inflight == 1
    share.let_go()
    assert bodies.taken == 0


def test_who_has_left_before_is_answered_only_if_a_slot_is_free(make, gate):
    runner = make()
    gone = Caller()
    gone.leave()
    assert runner.run(Request(b"a"), caller=gone).body == b"a"
    behind(runner, b"wait")
    with pytest.raises(CallerLeft):
        runner.run(Request(b"a"), caller=gone)
    assert runner.inflight == 1


def test_who_leaves_while_the_call_runs_changes_nothing(make, gate):
    runner = make()
    caller, replies = Caller(), []
    thread = threading.Thread(
        target=lambda: replies.append(runner.run(Request(b"wait"), caller=caller))
    )
    thread.start()
    while not runner.inflight:
        time.sleep(0.001)
    caller.leave()
    assert runner.inflight == 1
    gate.set()
    thread.join(5)
    assert replies[0].body == b"wait"


def test_calls_that_end_in_every_way_at_once_leave_the_counts_at_zero(make):
    runner, bodies = make(concurrency=3, max_inflight=12), Bodies(1 << 20)
    ends = dict.fromkeys(("answered", CallerLeft, TimedOut, Overloaded), 0)
    lock = threading.Lock()

    def client(seed):
        dice = random.Random(seed)
        for turn in range(150):
            body = f"{seed} {turn}".encode()
            caller, share = body_of(bodies, len(body))
            leaver = threading.Timer(dice.choice((0, 0.001)), caller.leave)
            if dice.random() < 0.4:
                leaver.start()
            try:
                timeout = dice.choice((0, 0.0005, 5))
                assert runner.run(Request(body), timeout, caller).body == body
                end = "answered"
            except (CallerLeft, TimedOut, Overloaded) as error:
                end = type(error)
            share.let_go()
            if leaver.is_alive():
                leaver.join(5)
            with lock:
                ends[end] += 1

    clients = [threading.Thread(target=client, args=(seed,)) for seed in range(16)]
    for one in clients:
        one.start()
    for one in clients:
        one.join(60)
    assert sum(ends.values()) == 16 * 150
    assert ends["answered"]
    assert ends[TimedOut]
    end = time.monotonic() + 5
    while runner.inflight and time.monotonic() < end:
        time.sleep(0.001)
    assert runner.inflight == bodies.taken == 0


def test_what_waits_at_the_end_is_still_answered(make, gate):
    runner = make(max_inflight=8)
    threads = behind(runner, b"wait", 4)
    assert not runner.close(0)
    gate.set()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    assert runner.close(5)


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
    until(lambda: runner._long.inflight == 2)
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
