"""Bounded work: so many handler calls at once, so many waiting, none longer than its limit.

A fixed pool of threads runs the handler; whoever asks waits for the answer or for the time limit. A
Python thread cannot be stopped, so a call over its limit is answered at once and keeps its thread
until it ends by itself.

A handler that finds out that a call will be long may say so, by an error whose `defer` is true: the
call is then run by threads of its own, and never keeps the short ones waiting.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from .caller import Caller
from .errors import CallerLeft, Overloaded, TimedOut
from .reply import Reply
from .request import Request


class _Job:
    """One call on its way from a door to a handler thread and back."""

    __slots__ = ("caller", "done", "error", "reply", "request", "row")

    def __init__(self, request: Request, caller: Caller) -> None:
        self.request = request
        self.caller = caller
        self.row: _Row | None = None
        self.reply: Reply | None = None
        self.error: BaseException | None = None
        # A bare lock is the cheapest thing one thread can wait on and another can open.
        self.done = threading.Lock()
        self.done.acquire()  # pylint: disable=consider-using-with # a signal, opened by another thread


class _Slot:
    """One handler thread's place: since when it has been busy, and the job it is handed."""

    __slots__ = ("job", "since", "wake")

    def __init__(self) -> None:
        self.job: _Job | None = None
        self.since: float | None = None
        self.wake = threading.Lock()
        self.wake.acquire()  # pylint: disable=consider-using-with # as in _Job


class _Row:
    """Slots and the jobs that wait for one, oldest first. All but `since` is the runner's lock's.

    Attributes:
        inflight: jobs that wait and run.
    """

    __slots__ = ("idle", "inflight", "slots", "waiting")

    def __init__(self, count: int) -> None:
        self.slots = [_Slot() for _ in range(count)]
        self.idle: list[_Slot] = []
        self.waiting: OrderedDict[_Job, None] = OrderedDict()
        self.inflight = 0

    def enter(self, job: _Job) -> None:
        """Hands the job to an idle slot, or lets it wait for one."""
        self.inflight += 1
        job.row = self
        if self.idle:
            slot = self.idle.pop()
            slot.job = job
            slot.wake.release()
        else:
            self.waiting[job] = None


class Runner:
    """Runs calls of one handler.

    Attributes:
        concurrency: handler threads.
        max_inflight: calls running and waiting, at most.
        exec_timeout: seconds a call may take, waiting included; 0 for no limit.
    """

    def __init__(
        self,
        call: Callable[[Request], Reply],
        *,
        concurrency: int,
        max_inflight: int,
        exec_timeout: float,
    ) -> None:
        """Starts the handler threads; they are daemons, as a stuck one must not hold up the end."""
        self.concurrency = concurrency
        self.max_inflight = max_inflight
        self.exec_timeout = exec_timeout
        self._call = call
        # Everything below is changed under this lock alone.
        self._lock = threading.Lock()
        self._closing = False
        self._short, self._long = _Row(concurrency), _Row(max(1, concurrency // 2))
        self._threads = [
            threading.Thread(
                target=self._work, args=(row, slot), name=f"handler-{kind}{number}", daemon=True
            )
            for row, kind in ((self._short, ""), (self._long, "long-"))
            for number, slot in enumerate(row.slots)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def inflight(self) -> int:
        """Calls running and waiting, timed-out ones that still run included."""
        return self._short.inflight + self._long.inflight

    @property
    def full(self) -> bool:
        """Whether the next call would be refused."""
        return self._short.inflight >= self.max_inflight

    @property
    def stuck(self) -> bool:
        """Whether every slot has been busy with one call for longer than exec_timeout."""
        if not self.exec_timeout:
            return False
        limit = time.monotonic() - self.exec_timeout
        return all(slot.since is not None and slot.since < limit for slot in self._short.slots)

    def run(
        self, request: Request, timeout: float | None = None, caller: Caller | None = None
    ) -> Reply:
        """Answers one call.

        Args:
            request: the call.
            timeout: seconds the caller allows; exec_timeout holds anyway.
            caller: who waits, where a door can tell that they have left.

        Returns:
            The handler's reply.

        Raises:
            Overloaded: max_inflight calls are running and waiting already.
            TimedOut: there was no answer in time.
            CallerLeft: the caller left before the call had its turn.
            BaseException: what the handler raised.
        """
        job = _Job(request, caller or Caller())
        self._admit(job)
        if caller is not None:
            # Behind the admission, so that a call with a free slot runs in any case: a client that
            # closes its sending side alone looks like one that has left.
            caller.on_leave(partial(self._give_up, job))
        limit = self._limit(timeout)
        # The handler's thread opens it.
        if not job.done.acquire(timeout=limit):  # pylint: disable=consider-using-with
            request.turn.expired = True
            self._take_back(job)  # if it is still waiting it never runs
            raise TimedOut(
                f"the call took longer than {limit:g} s; send less, or raise EXEC_TIMEOUT"
            )
        return _result(job)

    def close(self, timeout: float) -> bool:
        """Ends the handler threads.

        Args:
            timeout: seconds to wait for running calls.

        Returns:
            Whether every thread has ended; a stuck one has not.
        """
        with self._lock:
            self._closing = True
            for row in (self._short, self._long):
                while row.idle:
                    row.idle.pop().wake.release()
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _limit(self, timeout: float | None) -> float:
        """Seconds to wait for an answer; -1 is a lock's word for no limit."""
        limits = [limit for limit in (timeout, self.exec_timeout or None) if limit is not None]
        return max(0.0, min(limits)) if limits else -1

    def _admit(self, job: _Job) -> None:
        with self._lock:
            if self.full:
                raise Overloaded(
                    f"{self.max_inflight} calls are running and waiting, as many as are allowed; "
                    "try again in a second"
                )
            job.caller.begin()
            self._short.enter(job)

    def _take_back(self, job: _Job) -> bool:
        """Whether the job was still waiting; then it waits no longer, and its body is free."""
        with self._lock:
            if job.row is None or job not in job.row.waiting:
                return False
            del job.row.waiting[job]
            job.row.inflight -= 1
        job.caller.end()
        return True

    def _give_up(self, job: _Job) -> None:
        if self._take_back(job):
            job.error = CallerLeft("the caller left before the call had its turn")
            job.done.release()

    def _next(self, row: _Row, slot: _Slot) -> _Job | None:
        """Waits for this slot's next job; None at the end."""
        with self._lock:
            if row.waiting:
                return row.waiting.popitem(last=False)[0]
            if self._closing:
                return None
            row.idle.append(slot)
        slot.wake.acquire()  # pylint: disable=consider-using-with # opened by _Row.enter or close
        job, slot.job = slot.job, None
        return job

    def _work(self, row: _Row, slot: _Slot) -> None:
        while (job := self._next(row, slot)) is not None:
            slot.since = time.monotonic()
            self._run(job, may_defer=row is self._short)
            if getattr(job.error, "defer", False) and self._defer(job):
                slot.since = None
                del job
                continue
            slot.since = None
            with self._lock:
                row.inflight -= 1
            job.caller.end()
            job.done.release()
            del job  # the last body and reply are not kept while the thread waits

    def _run(self, job: _Job, *, may_defer: bool) -> None:
        job.error = None
        turn = job.request.turn
        turn.may_defer = may_defer
        if turn.expired:
            return  # nobody waits for the answer
        try:
            job.reply = self._call(job.request)
        # A handler's sys.exit() ends its call only.
        except BaseException as error:  # pylint: disable=broad-exception-caught
            job.error = error

    def _defer(self, job: _Job) -> bool:
        """Lets a call wait for the threads of the long ones, if not too many do."""
        if not job.request.turn.may_defer:
            return False  # it has been there
        with self._lock:
            if not self._closing:
                if self._long.inflight >= max(1, self.max_inflight // 2):
                    return False
                self._short.inflight -= 1
                self._long.enter(job)
        if job.row is self._long:
            # Whoever gave it up while it ran could not take it back: it did not wait yet.
            if job.caller.has_left or job.request.turn.expired:
                self._give_up(job)
            return True
        self._run(job, may_defer=False)  # their threads may have ended
        return False


def _result(job: _Job) -> Reply:
    """The job's reply, or the handler's error, raised here so that the door's thread meets it."""
    error, job.error = job.error, None
    if error is not None:
        try:
            raise error
        finally:
            del error  # an error that refers to this frame, and this frame to it, would linger
    assert job.reply is not None
    return job.reply
