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
from queue import SimpleQueue

from .errors import Overloaded, TimedOut
from .reply import Reply
from .request import Request


class _Job:
    """One call on its way from a door to a handler thread and back."""

    __slots__ = ("_claim", "done", "error", "reply", "request")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.reply: Reply | None = None
        self.error: BaseException | None = None
        # A bare lock is the cheapest thing one thread can wait on and another can open.
        self.done = threading.Lock()
        self.done.acquire()  # pylint: disable=consider-using-with # a signal, opened by another thread
        self._claim = threading.Lock()

    def claim(self) -> bool:
        """Whether the caller is first: the thread that runs the call, or the door that gives up."""
        # Never released: whoever takes it first has the job for good.
        return self._claim.acquire(blocking=False)  # pylint: disable=consider-using-with


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
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._inflight = 0
        self._long: SimpleQueue[_Job | None] = SimpleQueue()
        self._deferred = 0
        self._since: list[float | None] = [None] * concurrency
        self._threads = [
            threading.Thread(target=self._work, args=(slot,), name=f"handler-{slot}", daemon=True)
            for slot in range(concurrency)
        ]
        self._threads += [
            threading.Thread(target=self._work_long, name=f"handler-long-{slot}", daemon=True)
            for slot in range(max(1, concurrency // 2))
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
        return self._inflight - self._deferred >= self.max_inflight

    @property
    def stuck(self) -> bool:
        """Whether every slot has been busy with one call for longer than exec_timeout."""
        if not self.exec_timeout:
            return False
        limit = time.monotonic() - self.exec_timeout
        return all(since is not None and since < limit for since in self._since)

    def run(self, request: Request, timeout: float | None = None) -> Reply:
        """Answers one call.

        Args:
            request: the call.
            timeout: seconds the caller allows; exec_timeout holds anyway.

        Returns:
            The handler's reply.

        Raises:
            Overloaded: max_inflight calls are running and waiting already.
            TimedOut: there was no answer in time.
            BaseException: what the handler raised.
        """
        self._admit()
        job = _Job(request)
        self._jobs.put(job)
        limit = self._limit(timeout)
        # The handler's thread opens it.
        if not job.done.acquire(timeout=limit):  # pylint: disable=consider-using-with
            request.turn.expired = True
            if job.claim():
                self._leave()  # it was still waiting, and now never runs
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
        for _ in self._threads:
            self._jobs.put(None)
            self._long.put(None)
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _limit(self, timeout: float | None) -> float:
        """Seconds to wait for an answer; -1 is a lock's word for no limit."""
        limits = [limit for limit in (timeout, self.exec_timeout or None) if limit is not None]
        return max(0.0, min(limits)) if limits else -1

    def _admit(self) -> None:
        with self._lock:
            if self.full:
                raise Overloaded(
                    f"{self.max_inflight} calls are running and waiting, as many as are allowed; "
                    "try again in a second"
                )
            self._inflight += 1

    def _leave(self) -> None:
        with self._lock:
            self._inflight -= 1

    def _work(self, slot: int) -> None:
        while (job := self._jobs.get()) is not None:
            if not job.claim():
                continue
            self._since[slot] = time.monotonic()
            job.request.turn.may_defer = True
            self._run(job)
            self._since[slot] = None
            if getattr(job.error, "defer", False) and self._defer(job):
                del job
                continue
            self._leave()
            job.done.release()
            del job  # the last body and reply are not kept while the thread waits

    def _work_long(self) -> None:
        while (job := self._long.get()) is not None:
            job.error = None
            job.request.turn.may_defer = False
            if not job.request.turn.expired:
                self._run(job)
            with self._lock:
                self._deferred -= 1
                self._inflight -= 1
            job.done.release()
            del job

    def _run(self, job: _Job) -> None:
        try:
            job.reply = self._call(job.request)
        # A handler's sys.exit() ends its call only.
        except BaseException as error:  # pylint: disable=broad-exception-caught
            job.error = error

    def _defer(self, job: _Job) -> bool:
        """Lets a call wait for the threads of the long ones, if not too many do."""
        with self._lock:
            if self._deferred >= max(1, self.max_inflight // 2):
                return False
            self._deferred += 1
        self._long.put(job)
        return True


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
