import contextlib
import itertools
import random
import threading
import weakref

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.waiting import until
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
            runner.begun.append(request.input)
            if request.input == b"wait":
                assert gate.wait(20)
            if request.input == b"fail":
                raise ValueError("no")
            return Reply(request.input)

        runner = Runner(call, **{"concurrency": 1, "max_inflight": 3, "exec_timeout": 20} | limits)
        runner.begun = []
        made.append(runner)
        return runner

    yield begin
    gate.set()
    assert all(runner.close(20) for runner in made)


def run_out(runner, seconds=None, caller_of=lambda: None):
    """Makes a call that runs when its time is over; one whose thread was late is made again."""
    inflight, begun = runner.inflight, len(runner.begun)

    def is_running():
        with pytest.raises(TimedOut):
            runner.run(Request(b"wait"), seconds, caller_of())
        until(lambda: len(runner.begun) > begun or runner.inflight == inflight)
        return len(runner.begun) > begun

    until(is_running)


def behind(runner, body, times=1):
    threads = [threading.Thread(target=runner.run, args=(Request(body),)) for _ in range(times)]
    before = runner.inflight
    for thread in threads:
        thread.start()
    until(lambda: runner.inflight >= before + times)
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
        thread.join(20)
    assert runner.run(Request(b"a")).body == b"a"
    assert runner.inflight == 0


def test_a_call_that_waits_too_long_never_runs(make, gate):
    runner = make()
    threads = behind(runner, b"wait")
    with pytest.raises(TimedOut):
        runner.run(Request(b"fail"), timeout=0.05)
    assert runner.inflight == 1
    gate.set()
    threads[0].join(20)
    assert runner.run(Request(b"a")).body == b"a"
    assert runner.inflight == 0


def test_a_timed_out_call_keeps_its_slot_and_all_of_them_mean_stuck(make, gate):
    runner = make(exec_timeout=0.05, concurrency=2)
    for expected in (False, True):
        run_out(runner)
        # It is stuck since a moment before the time was over: the limit is passed any moment.
        assert until(lambda: runner.stuck) if expected else not runner.stuck
    assert runner.inflight == 2
    gate.set()
    until(lambda: not runner.inflight)
    assert not runner.stuck

    def answers():
        with contextlib.suppress(TimedOut):  # its limit is short
            return runner.run(Request(b"a")).body == b"a"

    until(answers)


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

    shares = []

    def caller():
        while shares:  # a call whose thread was late leaves its body
            shares.pop().let_go()
        until(lambda: not bodies.taken)
        one, share = body_of(bodies, 4)
        shares.append(share)
        return one

    run_out(runner, 0.05, caller)
    shares.pop().let_go()
    assert bodies.taken == 4
    gate.set()
    until(lambda: bodies.taken == runner.inflight == 0)


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
    until(lambda: runner.inflight == 2)
    caller.leave()
    thread.join(20)
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
    until(lambda: runner.begun)
    caller.leave()
    assert runner.inflight == 1
    gate.set()
    thread.join(20)
    assert replies[0].body == b"wait"


@pytest.fixture
def gone():
    """A caller that has left: answered where a slot is free, let go where the call would wait."""
    one = Caller()
    one.leave()
    return one


def ask(runner, caller, ends):
    """Makes a call in a thread of its own, and notes how it ends."""

    def call():
        try:
            ends.append(runner.run(Request(b"a"), caller=caller).body)
        except CallerLeft as error:
            ends.append(type(error))

    thread = threading.Thread(target=call)
    thread.start()
    return thread


def test_a_slot_is_free_before_its_thread_has_begun(gone):
    """A system that is busy lets the threads wait; the first call finds its slot all the same."""
    may_begin, ends = threading.Event(), []

    class Late(Runner):
        def _work(self, row, slot):
            assert may_begin.wait(20)
            super()._work(row, slot)

    runner = Late(lambda _: Reply(b"a"), concurrency=1, max_inflight=1, exec_timeout=20)
    thread = ask(runner, gone, ends)
    until(lambda: ends or runner.inflight)
    may_begin.set()
    thread.join(20)
    assert ends == [b"a"]
    assert runner.close(20)


def test_a_slot_is_free_before_the_call_that_had_it_is_answered(make, gone):
    runner, ends, threads = make(), [], []

    class Ending(Caller):
        __slots__ = ()

        def end(self):
            super().end()
            threads.append(ask(runner, gone, ends))
            until(lambda: ends or runner.inflight)

    assert runner.run(Request(b"b"), caller=Ending()).body == b"b"
    threads[0].join(20)
    assert ends == [b"a"]


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
                leaver.join(20)
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
    until(lambda: runner.inflight == bodies.taken == 0)


def test_what_waits_at_the_end_is_still_answered(make, gate):
    runner = make(max_inflight=8)
    threads = behind(runner, b"wait", 4)
    assert not runner.close(0)
    gate.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert runner.close(20)


class Long(Exception):
    code, message, defer = "overloaded", "too many long calls", True


def long_call(gate, seen):
    """A handler that defers what begins with `long`, and waits there for the gate."""

    def call(request):
        if request.input.startswith(b"long"):
            if request.turn.may_defer:
                raise Long("defer me")
            seen.append(request.input)
            assert gate.wait(20)
        return Reply(request.input)

    return call


@pytest.fixture
def deferring(gate):
    made, seen = [], []

    def begin(**limits):
        limits = {"concurrency": 1, "max_inflight": 4, "exec_timeout": 20} | limits
        made.append(Runner(long_call(gate, seen), **limits))
        return made[-1], seen

    yield begin
    gate.set()
    assert all(runner.close(20) for runner in made)


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
        thread.join(20)
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
        thread.join(20)


def test_a_long_call_that_nobody_waits_for_any_more_never_runs(deferring, gate):
    runner, seen = deferring()
    threads = behind(runner, b"long", 1)
    until(lambda: seen)
    with pytest.raises(TimedOut):
        runner.run(Request(b"long, but too late"), timeout=0.05)
    gate.set()
    threads[0].join(20)
    until(lambda: runner.inflight == 0)
    assert seen == [b"long"]


def test_a_call_learns_that_its_caller_has_left(make, gate):
    request = Request(b"wait")
    with pytest.raises(TimedOut):
        make().run(request, timeout=0.05)
    assert request.turn.expired


def test_a_call_that_defers_where_long_calls_run_fails_with_its_own_error():
    turns = []

    def call(request):
        turns.append(request.turn.may_defer)
        raise Long("always")

    runner = Runner(call, concurrency=1, max_inflight=2, exec_timeout=20)
    with pytest.raises(Long, match="always"):
        runner.run(Request(b"long"))
    assert turns == [True, False]
    assert runner.close(20)
    assert runner.inflight == 0


def test_a_call_that_defers_while_the_runner_closes_is_run_where_it_is(gate):
    """The threads of long calls may have ended by then: nobody would ever answer it."""
    turns, began = [], threading.Event()

    def call(request):
        turns.append(request.turn.may_defer)
        if request.turn.may_defer:
            began.set()
            assert gate.wait(10)
            raise Long("late")
        return Reply(b"answered")

    runner = Runner(call, concurrency=1, max_inflight=2, exec_timeout=20)
    replies = []
    thread = threading.Thread(target=lambda: replies.append(runner.run(Request(b"long"))))
    thread.start()
    assert began.wait(20)
    assert not runner.close(0)
    gate.set()
    thread.join(20)
    assert replies[0].body == b"answered"
    assert turns == [True, False]
    assert runner.close(20)
    assert runner.inflight == 0


@pytest.mark.parametrize("gives_up", ["leaves", "runs out of time"])
def test_a_call_given_up_before_it_defers_does_not_wait_among_the_long_ones(gate, gives_up):
    seen, looked_at, may_defer = [], threading.Event(), threading.Event()

    def call(request):
        if request.turn.may_defer:
            if request.input == b"given up":
                looked_at.set()
                assert may_defer.wait(10)
            raise Long("later")
        seen.append(request.input)
        assert gate.wait(10)
        return Reply(b"")

    runner, bodies = Runner(call, concurrency=1, max_inflight=8, exec_timeout=20), Bodies(100)
    (held,) = behind(runner, b"held")
    until(lambda: seen)
    caller, share = body_of(bodies, 100)
    ends = []

    def give_up():
        try:
            # Longer than its thread takes to begin it, on a busy machine too.
            timeout = 1 if gives_up == "runs out of time" else 20
            runner.run(Request(b"given up"), timeout, caller)
        except (CallerLeft, TimedOut) as error:
            ends.append(type(error))

    thread = threading.Thread(target=give_up)
    thread.start()
    assert looked_at.wait(20)
    if gives_up == "leaves":
        caller.leave()
    else:
        thread.join(20)
    may_defer.set()
    thread.join(20)
    assert ends == [CallerLeft if gives_up == "leaves" else TimedOut]
    until(lambda: runner.inflight == 1)  # the one that is held: nothing waits behind it
    share.let_go()
    assert bodies.taken == 0
    gate.set()
    held.join(20)
    assert runner.close(20)
    assert seen == [b"held"]


def test_nobody_is_stuck_before_every_slot_is(make):
    runner = make(exec_timeout=0.02, concurrency=2, max_inflight=4)
    for expected in (False, True):
        run_out(runner)
        assert until(lambda: runner.stuck) if expected else not runner.stuck
    waits = make(exec_timeout=0, concurrency=1)
    behind(waits, b"wait")
    assert not waits.stuck  # no limit, no way over it


class Rows(RuleBasedStateMachine):
    """Calls that come, go on, leave and are given up in any order, against a model of the rows.

    After each step everything has come to rest: what runs is held by an event of its own.
    """

    def __init__(self):
        super().__init__()
        self.numbers = itertools.count()
        self.gates, self.callers, self.shares, self.threads = {}, {}, {}, []
        self.ends, self.begun, self.went_long = {}, [], []
        self.bodies = Bodies(1 << 20)

    @initialize(concurrency=st.integers(1, 3), extra=st.integers(0, 4))
    def start(self, concurrency, extra):
        self.concurrency, self.most = concurrency, concurrency + extra
        self.runner = Runner(
            self.call, concurrency=concurrency, max_inflight=self.most, exec_timeout=0
        )
        self.running, self.waiting = [], []
        self.long_running, self.long_waiting = [], []
        self.expected, self.order, self.long_order = {}, [], []

    def call(self, request):
        number, is_long = int(request.input), request.path == "/long"
        if is_long and request.turn.may_defer:
            raise Long("later")
        (self.went_long if is_long else self.begun).append(number)
        assert self.gates[number].wait(20)
        return Reply(request.input)

    def settle(self):
        """What the rows should do by themselves."""
        while self.waiting and len(self.running) < self.concurrency:
            number, is_long = self.waiting.pop(0)
            if not is_long:
                self.running.append(number)
                self.order.append(number)
            elif len(self.long_running) + len(self.long_waiting) >= max(1, self.most // 2):
                self.expected[number] = Long
            else:
                self.long_waiting.append(number)
            self.settle_long()
        self.settle_long()

    def settle_long(self):
        while self.long_waiting and len(self.long_running) < max(1, self.concurrency // 2):
            self.long_running.append(self.long_waiting.pop(0))
            self.long_order.append(self.long_running[-1])

    def short(self):
        return len(self.running) + len(self.waiting)

    def client(self, number, is_long, timeout):
        caller, share = self.callers[number], self.shares[number]
        request = Request(b"%d" % number, path="/long" if is_long else "/")
        try:
            self.ends[number] = self.runner.run(request, timeout, caller).body
        except (CallerLeft, TimedOut, Overloaded, Long) as error:
            self.ends[number] = type(error)
        share.let_go()

    @rule(is_long=st.booleans(), times=st.integers(1, 2))
    def come(self, is_long, times):
        for _ in range(times):
            self.enter(is_long, None)

    @precondition(lambda self: len(self.running) == self.concurrency)
    @rule(is_long=st.booleans())
    def come_and_not_wait(self, is_long):
        self.enter(is_long, 0)

    def enter(self, is_long, timeout):
        number = next(self.numbers)
        self.gates[number] = threading.Event()
        self.callers[number], self.shares[number] = body_of(self.bodies, 10)
        if self.short() >= self.most:
            self.expected[number] = Overloaded
        elif timeout is not None:
            self.expected[number] = TimedOut
        else:
            self.waiting.append((number, is_long))
            self.settle()
        thread = threading.Thread(target=self.client, args=(number, is_long, timeout))
        self.threads.append(thread)
        thread.start()
        self.rest()

    def open_gate(self, row, index):
        number = row.pop(index % len(row))
        self.expected[number] = b"%d" % number
        self.settle()
        self.gates[number].set()

    @precondition(lambda self: self.running)
    @rule(index=st.integers(0, 9))
    def end_a_short_one(self, index):
        self.open_gate(self.running, index)

    @precondition(lambda self: self.long_running)
    @rule(index=st.integers(0, 9))
    def end_a_long_one(self, index):
        self.open_gate(self.long_running, index)

    @precondition(lambda self: self.waiting)
    @rule(index=st.integers(0, 9))
    def leave_while_waiting(self, index):
        number, _ = self.waiting.pop(index % len(self.waiting))
        self.expected[number] = CallerLeft
        self.callers[number].leave()

    @precondition(lambda self: self.long_waiting)
    @rule(index=st.integers(0, 9))
    def leave_while_waiting_among_the_long(self, index):
        number = self.long_waiting.pop(index % len(self.long_waiting))
        self.expected[number] = CallerLeft
        self.callers[number].leave()

    @precondition(lambda self: self.running)
    @rule(index=st.integers(0, 9))
    def leave_while_running(self, index):
        self.callers[self.running[index % len(self.running)]].leave()

    @invariant()
    def rest(self):
        if not hasattr(self, "runner"):
            return
        held = self.short() + len(self.long_running) + len(self.long_waiting)

        def is_so():
            return (
                self.ends == self.expected
                and self.runner._short.inflight == self.short()
                and len(self.runner._short.waiting) == len(self.waiting)
                and self.runner.inflight == held
                and len(self.runner._long.waiting) == len(self.long_waiting)
                and self.bodies.taken == 10 * held
                and len(self.begun) == len(self.order)
                and len(self.went_long) == len(self.long_order)
            )

        until(is_so, 10, lambda: f"{self.ends} {self.expected} {self.running} {self.waiting}")
        assert (self.begun, self.went_long) == (self.order, self.long_order)  # oldest first
        assert self.runner.full is (self.short() >= self.most)

    def teardown(self):
        if not hasattr(self, "runner"):
            return
        for gate in self.gates.values():
            gate.set()
        assert self.runner.close(10)
        for thread in self.threads:
            thread.join(10)
            assert not thread.is_alive()
        assert self.runner.inflight == self.bodies.taken == 0


Rows.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestRows = Rows.TestCase
