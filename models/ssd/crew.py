"""A crew: threads that help a call with its work while no other call wants the processors."""

import itertools
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

Item = TypeVar("Item")
Result = TypeVar("Result")


class Crew:
    """Threads shared by all calls, made when the first call wants help.

    Whoever asks for help works, too, and never waits for a thread that has not begun: calls that
    want help at the same time share the threads there are, and none can wait for another.

    Args:
        size: How many threads help at most.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._lock = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None

    def map(self, work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Does a piece of work for each item, in this thread and in those that are free.

        Args:
            work: Called once for each item, in their order.
            items: What is worked on.

        Returns:
            The results, in order.

        Raises:
            Exception: The first that a piece of work raised; what had not begun is left out.
        """
        shift = _Shift(work, items)
        helpers = [self._pool().submit(shift.run) for _ in range(min(self.size, len(items) - 1))]
        shift.run()
        for helper in helpers:
            if not helper.cancel():
                helper.result()
        if shift.failure is not None:
            raise shift.failure
        return shift.results

    def _pool(self) -> "ThreadPoolExecutor":
        # Imported when help is wanted: most calls want none, and starts are felt.
        from concurrent.futures import ThreadPoolExecutor

        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(self.size, "crew")
            return self._threads


class _Shift(Generic[Item, Result]):
    """One call's work, which several threads take from."""

    def __init__(self, work: Callable[[Item], Result], items: Sequence[Item]) -> None:
        self.failure: Exception | None = None
        self._work = work
        self._items = items
        self._next = itertools.count()
        self._done: dict[int, Result] = {}

    def run(self) -> None:
        """Works until nothing is left, or something failed."""
        # Counting on is one step of the interpreter, so no two threads get the same number.
        while self.failure is None and (index := next(self._next)) < len(self._items):
            try:
                self._done[index] = self._work(self._items[index])
            except Exception as error:  # pylint: disable=broad-exception-caught # raised by map
                self.failure = self.failure or error

    @property
    def results(self) -> list[Result]:
        """All results, in the order of the items."""
        return [self._done[index] for index in range(len(self._items))]
