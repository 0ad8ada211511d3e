"""Bounded work: so many handler calls at once, so many waiting, none longer than its limit.

A fixed pool of threads runs the handler; whoever asks waits for the answer or for the time limit. A
Python thread cannot be stopped, so a call over its limit is answered at once and keeps its thread
until it ends by itself.

A handler that finds out that a call will be long may say so, by an error whose `defer` is true: the
call is then run by threads of its own, and never keeps the short ones waiting.
"""

import threading
import time
from collections.abc import Callable
from functools import partial

from .call_log import CALL_ID
from .caller import Caller
from .errors import CallerLeft, Overloaded
from .reply import Reply
from .request import Request
from .slots import Job, Row, Running, Slot, timed_out
from .trace_context import TRACE


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
        self._short, self._long = Row(concurrency), Row(max(1, concurrency // 2))
        for row in (self._short, self._long):
            row.idle.extend(row.slots)  # free from the start, however late their threads begin
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
        job = Job(request, caller or Caller())
        self._admit(job)
        if caller is not None:
            # Behind the admission, so that a call with a free slot runs in any case: a client that
            # closes its sending side alone looks like one that has left.
            caller.on_leave(partial(self._give_up, job))
        limit = self._limit(timeout)
        # The handler's thread opens it.
        if not job.done.acquire(timeout=limit):  # pylint: disable=consider-using-with
            request.turn.expired = True
            job.waited = self._take_back(job)  # if it is still waiting it never runs
            raise timed_out(job, limit, is_own=limit == self.exec_timeout)
        return _result(job)

    @property
    def running(self) -> list[Running]:
        """The calls that run now, each with its id, its time so far, and where it is."""
        slots = (*self._short.slots, *self._long.slots)
        return [found for slot in slots if (found := slot.running()) is not None]

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
                    row.idle.pop().hand(None)
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _limit(self, timeout: float | None) -> float:
        """Seconds to wait for an answer; -1 is a lock's word for no limit."""
        limits = [limit for limit in (timeout, self.exec_timeout or None) if limit is not None]
        return max(0.0, min(limits)) if limits else -1

    def _admit(self, job: Job) -> None:
        with self._lock:
            if self.full:
                raise Overloaded(
                    f"{self.max_inflight} calls are running and waiting, as many as are allowed; "
                    "try again in a second"
                )
            job.caller.begin()
            self._short.enter(job)

    def _take_back(self, job: Job) -> bool:
        """Whether the job was still waiting; then it waits no longer, and its body is free."""
        with self._lock:
            if job.row is None or job not in job.row.waiting:
                return False
            del job.row.waiting[job]
            job.row.inflight -= 1
        job.caller.end()
        return True

    def _give_up(self, job: Job) -> None:
        if self._take_back(job):
            job.error = CallerLeft("the caller left before the call had its turn")
            job.done.release()

    def _next(self, row: Row, slot: Slot) -> None:
        """Hands the slot its next job, lets it be idle, or ends it; under the lock."""
        if row.waiting:
            slot.hand(row.waiting.popitem(last=False)[0])
        elif self._closing:
            slot.hand(None)
        else:
            row.idle.append(slot)

    def _work(self, row: Row, slot: Slot) -> None:
        slot.thread = threading.get_ident()
        while (job := slot.handed()) is not None:
            slot.begin(job)
            self._run(job, may_defer=row is self._short)
            is_deferred = getattr(job.error, "defer", False) and self._defer(job)
            slot.end()
            with self._lock:
                if not is_deferred:
                    row.inflight -= 1
                self._next(row, slot)  # whoever calls again at once finds the slot free
            if not is_deferred:
                job.caller.end()
                job.done.release()
            del job  # the last body and reply are not kept while the thread waits

    def _run(self, job: Job, *, may_defer: bool) -> None:
        job.error = None
        turn = job.request.turn
        turn.may_defer = may_defer
        if turn.expired:
            return  # nobody waits for the answer
        CALL_ID.set(job.request.call_id)  # for what the handler logs
        TRACE.set(job.request.trace)  # and for what it calls
        try:
            job.reply = self._call(job.request)
        # A handler's sys.exit() ends its call only.
        except BaseException as error:  # pylint: disable=broad-exception-caught
            job.error = error

    def _defer(self, job: Job) -> bool:
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


def _result(job: Job) -> Reply:
    """The job's reply, or the handler's error, raised here so that the door's thread meets it."""
    error, job.error = job.error, None
    if error is not None:
        try:
            raise error
        finally:
            del error  # an error that refers to this frame, and this frame to it, would linger
    assert job.reply is not None
    return job.reply
