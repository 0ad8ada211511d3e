"""Bounded work: so many handler calls at once, so many waiting, none longer than its limit.

A fixed pool of threads runs the handler; whoever asks waits for the answer or for the time limit. A
Python thread cannot be stopped, so a call over its limit is answered at once and keeps its thread
until it ends by itself.
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

    __slots__ = ("caller", "done", "error", "reply", "request")

    def __init__(self, request: Request, caller: Caller) -> None:
        self.request = request
        self.caller = caller
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
        # Everything below is changed under this lock alone. A job is in `_waiting` or has a slot.
        self._lock = threading.Lock()
        self._waiting: OrderedDict[_Job, None] = OrderedDict()
        self._idle: list[_Slot] = []
        self._inflight = 0
        self._closing = False
        self._slots = [_Slot() for _ in range(concurrency)]
        self._threads = [
            threading.Thread(target=self._work, args=(slot,), name=f"handler-{number}", daemon=True)
            for number, slot in enumerate(self._slots)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def inflight(self) -> int:
        """Calls running and waiting, timed-out ones that still run included."""
        return self._inflight

    @property
    def full(self) -> bool:
        """Whether the next call would be refused."""
        return self._inflight >= self.max_inflight

    @property
    def stuck(self) -> bool:
        """Whether every slot has been busy with one call for longer than exec_timeout."""
        if not self.exec_timeout:
            return False
        limit = time.monotonic() - self.exec_timeout
        return all(slot.since is not None and slot.since < limit for slot in self._slots)

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
            idle, self._idle = self._idle, []
        for slot in idle:
            slot.wake.release()
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _limit(self, timeout: float | None) -> float:
        """Seconds to wait for an answer; -1 is a lock's word for no limit."""
        limits = [limit for limit in (timeout, self.exec_timeout or None) if limit is not None]
        return max(0.0, min(limits)) if limits else -1

    def _admit(self, job: _Job) -> None:
        """Hands the job to an idle slot, or lets it wait for one."""
        with self._lock:
            if self._inflight >= self.max_inflight:
                raise Overloaded(
                    f"{self.max_inflight} calls are running and waiting, as many as are allowed; "
                    "try again in a second"
                )
            self._inflight += 1
            job.caller.begin()
            if self._idle:
                slot = self._idle.pop()
                slot.job = job
                slot.wake.release()
            else:
                self._waiting[job] = None

    def _take_back(self, job: _Job) -> bool:
        """Whether the job was still waiting; then it waits no longer, and its body is free."""
        with self._lock:
            if job not in self._waiting:
                return False
            del self._waiting[job]
            self._inflight -= 1
        job.caller.end()
        return True

    def _give_up(self, job: _Job) -> None:
        if self._take_back(job):
            job.error = CallerLeft("the caller left before the call had its turn")
            job.done.release()

    def _next(self, slot: _Slot) -> _Job | None:
        """Waits for this slot's next job; None at the end."""
        with self._lock:
            if self._waiting:
                return self._waiting.popitem(last=False)[0]
            if self._closing:
                return None
            self._idle.append(slot)
        slot.wake.acquire()  # pylint: disable=consider-using-with # opened by _admit or close
        job, slot.job = slot.job, None
        return job

    def _work(self, slot: _Slot) -> None:
        while (job := self._next(slot)) is not None:
            slot.since = time.monotonic()
            try:
                job.reply = self._call(job.request)
            # A handler's sys.exit() ends its call only.
            except BaseException as error:  # pylint: disable=broad-exception-caught
                job.error = error
            slot.since = None
            with self._lock:
                self._inflight -= 1
            job.caller.end()
            job.done.release()
            del job  # the last body and reply are not kept while the thread waits


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
