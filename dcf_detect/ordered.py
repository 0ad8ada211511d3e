"""Work on many items, several at a time, with the results in the order of the items."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")


def in_order(
    work: Callable[[Item], Done], items: Iterator[Item], threads: int
) -> Generator[Done, None, None]:
    """Yields what becomes of each item, in order.

    Items are taken a few ahead of what has been yielded, never all at once. When the generator is
    closed, or an item fails, those that nobody began are dropped, and `items` is closed.

    Args:
        work: What to do with an item.
        items: The items.
        threads: How many are worked on at once.
    """
    try:
        if threads == 1:
            yield from map(work, items)
            return
        with ThreadPoolExecutor(threads, "dcf_detect") as pool:
            yield from _ahead(pool, work, items, threads)
    finally:
        close = getattr(items, "close", None)
        if close:
            close()


def _ahead(
    pool: ThreadPoolExecutor, work: Callable[[Item], Done], items: Iterator[Item], threads: int
) -> Iterator[Done]:
    begun: deque[Future[Done]] = deque()
    try:
        for item in items:
            begun.append(pool.submit(work, item))
            if len(begun) > threads:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        for future in begun:
            future.cancel()
