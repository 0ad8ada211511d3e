"""The places where calls run, and the calls that wait for one."""

import threading
import time
from collections import OrderedDict
from typing import NamedTuple

from .caller import Caller
from .errors import TimedOut
from .reply import Reply
from .request import Request
from .user_trace import NOWHERE, Where, where_is


class Running(NamedTuple):
    """A call that runs: its id, seconds so far, and where in the user's code it is."""

    call_id: str
    seconds: float
    where: Where


class Job:
    """One call on its way from a door to a handler thread and back."""

    __slots__ = ("caller", "done", "error", "reply", "request", "row", "slot", "waited")

    def __init__(self, request: Request, caller: Caller) -> None:
        self.request = request
        self.caller = caller
        self.row: Row | None = None
        self.slot: Slot | None = None
        self.waited = False
        self.reply: Reply | None = None
        self.error: BaseException | None = None
        # A bare lock is the cheapest thing one thread can wait on and another can open.
        self.done = threading.Lock()
        self.done.acquire()  # pylint: disable=consider-using-with # a signal, opened by another thread


class Slot:
    """One handler thread's place: since when it has been busy, and the job it is handed."""

    __slots__ = ("_current", "_wake", "job", "since", "thread")

    def __init__(self) -> None:
        self.job: Job | None = None
        self.since: float | None = None
        self.thread: int | None = None
        self._current: Job | None = None
        self._wake = threading.Lock()
        self._wake.acquire()  # pylint: disable=consider-using-with # as in Job

    def hand(self, job: Job | None) -> None:
        """Its thread is to run the job next, or to end."""
        self.job = job
        self._wake.release()

    def handed(self) -> Job | None:
        """Waits in its thread for what is handed to it."""
        self._wake.acquire()  # pylint: disable=consider-using-with # opened by `hand`
        job, self.job = self.job, None
        return job

    def begin(self, job: Job) -> None:
        """From now on its thread runs the job."""
        self.since, self._current, job.slot = time.monotonic(), job, self

    def end(self) -> None:
        """Its thread runs nothing."""
        self.since = self._current = None

    def running(self) -> Running | None:
        """What its thread runs now, if it does; from any thread."""
        job, since = self._current, self.since
        if job is None or since is None:
            return None
        seconds = time.monotonic() - since
        return Running(job.request.call_id, seconds, self.where(job) or NOWHERE)

    def where(self, job: Job) -> Where | None:
        """Where its thread is in a job, if it is at it."""
        found = where_is(self.thread)
        return found if self._current is job else None  # else the next one was looked at


class Row:
    """Slots and the jobs that wait for one, oldest first. All but `since` is the runner's lock's.

    Attributes:
        inflight: jobs that wait and run.
    """

    __slots__ = ("idle", "inflight", "slots", "waiting")

    def __init__(self, count: int) -> None:
        self.slots = [Slot() for _ in range(count)]
        self.idle: list[Slot] = []
        self.waiting: OrderedDict[Job, None] = OrderedDict()
        self.inflight = 0

    def enter(self, job: Job) -> None:
        """Hands the job to an idle slot, or lets it wait for one."""
        self.inflight += 1
        job.row = self
        if self.idle:
            self.idle.pop().hand(job)
        else:
            self.waiting[job] = None


def timed_out(job: Job, limit: float, *, is_own: bool) -> TimedOut:
    """The error of a call that was not answered in time.

    Args:
        job: the call.
        limit: seconds it had.
        is_own: whether these are EXEC_TIMEOUT, or what the caller allows.

    Returns:
        The error; where the call is now is for the log alone.
    """
    whose = "the function's EXEC_TIMEOUT" if is_own else "the caller's own limit"
    if job.waited:
        message = (
            f"the call waited {round(limit, 3):g} s ({whose}) for a free slot, and got none; "
            "call again later, or raise CONCURRENCY or the number of replicas"
        )
        return TimedOut(message)
    advice = "send less, or raise EXEC_TIMEOUT" if is_own else "send less, or allow more"
    message = f"the call took longer than {round(limit, 3):g} s ({whose}); {advice}"
    return TimedOut(message, (job.slot and job.slot.where(job)) or NOWHERE)
