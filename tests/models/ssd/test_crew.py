"""A crew: work is shared, order is kept, failures are told, and nobody can wait for ever."""

import threading

import pytest

from models.ssd.crew import Crew

LIMIT = 20


def in_time(work):
    """The result of a function that must end."""
    results = []
    thread = threading.Thread(target=lambda: results.append(work()), daemon=True)
    thread.start()
    thread.join(LIMIT)
    assert not thread.is_alive(), "it waits for ever"
    return results[0]


@pytest.mark.parametrize("size", [0, 1, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 14, 100])
def test_results_are_those_of_each_item_in_order(size, count):
    done = []

    def work(item):
        done.append(item)
        return item * item

    assert Crew(size).map(work, range(count)) == [item * item for item in range(count)]
    assert sorted(done) == [*range(count)]


def test_threads_work_at_the_same_time():
    together = threading.Barrier(3, timeout=LIMIT)
    names = set()

    def work(_item):
        together.wait()
        names.add(threading.current_thread().name)

    Crew(2).map(work, range(3))
    assert len(names) == 3
    assert threading.current_thread().name in names


def test_a_crew_of_none_works_in_the_thread_that_asks():
    names = Crew(0).map(lambda _item: threading.current_thread().name, range(3))
    assert set(names) == {threading.current_thread().name}


@pytest.mark.parametrize("size", [0, 1])
def test_the_first_failure_ends_the_work_and_is_told(size):
    begun = []

    def work(item):
        begun.append(item)
        raise ValueError(item)

    with pytest.raises(ValueError, match=r"^\d$"):
        Crew(size).map(work, range(100))
    assert len(begun) <= size + 1


def test_who_finds_all_threads_busy_does_the_work_alone():
    crew, begun, end = Crew(1), threading.Event(), threading.Event()

    def hold(item):
        if item == 0:
            begun.set()
        assert end.wait(LIMIT)

    holder = threading.Thread(target=crew.map, args=(hold, range(2)))
    holder.start()
    assert begun.wait(LIMIT)
    try:
        assert in_time(lambda: crew.map(lambda item: -item, range(5))) == [0, -1, -2, -3, -4]
    finally:
        end.set()
        holder.join(LIMIT)


def test_work_that_asks_for_help_itself_ends():
    """A batch's pictures are worked on by the crew, and each may want help with its tiles."""
    crew = Crew(2)

    def outer(item):
        return sum(crew.map(lambda inner: item * inner, range(5)))

    assert in_time(lambda: crew.map(outer, range(20))) == [item * 10 for item in range(20)]


def test_many_calls_share_a_crew():
    crew = Crew(1)
    wrong = []

    def call(number):
        for _ in range(50):
            if crew.map(lambda item: item + number, range(5)) != [*range(number, number + 5)]:
                wrong.append(number)

    threads = [threading.Thread(target=call, args=(number,), daemon=True) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert not any(thread.is_alive() for thread in threads)
    assert not wrong
