import threading
import time
from itertools import count

import pytest

from dcf_detect.ordered import in_order

PATIENCE = 30


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_keep_the_order_of_the_items(threads):
    """The first takes longest: it waits until the second is done."""
    second = threading.Event()

    def work(item):
        if item == 0 and threads > 1:
            assert second.wait(PATIENCE)
        if item == 1:
            second.set()
        return item * item

    assert list(in_order(work, iter(range(20)), threads)) == [item * item for item in range(20)]


def test_nothing():
    assert list(in_order(str, iter(()), 3)) == []


@pytest.mark.parametrize("threads", [1, 3])
def test_items_are_taken_only_a_few_ahead(threads):
    taken = count()
    results = in_order(str, (next(taken) for _ in count()), threads)
    assert next(results) == "0"
    assert next(taken) <= threads + 1
    results.close()


@pytest.mark.parametrize("threads", [1, 3])
def test_a_failure_comes_in_its_turn(threads):
    def work(item):
        return 1 // (3 - item)

    results = in_order(work, iter(range(9)), threads)
    assert [next(results) for _ in range(3)] == [0, 0, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("begun", [False, True])
def test_items_are_closed_with_the_results(threads, begun):
    class Frames:
        closed = False

        def __iter__(self):
            return self

        def __next__(self):
            return 1

        def close(self):
            self.closed = True

    frames = Frames()
    results = in_order(str, frames, threads)
    if begun:
        next(results)
    results.close()
    assert frames.closed is begun


def test_no_thread_outlives_the_results():
    results = in_order(lambda item: time.monotonic() + item, count(), 3)
    next(results)
    results.close()
    assert not [each for each in threading.enumerate() if each.name.startswith("dcf_detect")]
