"""The queue's tables: what is kept, in which order it comes back, what makes room."""

from dataclasses import replace

import pytest

from dcf.errors import CannotStart, NotFound
from dcf.gateway.queue.clock import RunClock, Seen
from dcf.gateway.queue.records import CALL, CALLBACK, Body, Item, Waiting
from dcf.gateway.queue.store import DamagedError, Store


class Hands:
    def __init__(self):
        self.time = 1000.0
        self.clock = RunClock(lambda: 1000.0, lambda: self.time)


def call(call_id="id", body=Body(4, b"body"), **changes):  # noqa: B008 # frozen
    item = Item(0, CALL, call_id, "f", "/p", "", (("X", "1"), ("X", "2")), body, 5.0)
    return replace(item, **changes)


@pytest.fixture
def store(tmp_path, run):
    """`store(steps)` runs `steps(store, hands)`; the same file each time."""

    def all_steps(steps):
        async def through():
            hands = Hands()
            opened = Store(tmp_path / "queue.db", hands.clock)
            try:
                return await steps(opened, hands)
            finally:
                await opened.close()

        return run(through())

    return all_steps


def test_an_item_comes_back_as_it_was_kept_also_after_a_restart(store):
    item = call(status=503, attempts=2, reason="later", callback="http://a/")

    async def keep(opened, _hands):
        assert await opened.add(item) == 1
        assert await opened.add(call("two", Body(9, None, "file"))) == 2

    async def look(opened, _hands):
        assert await opened.load(1) == replace(item, seq=1)
        assert (await opened.load(2)).body == Body(9, None, "file")
        assert await opened.load(3) is None
        assert await opened.files() == {"file"}
        assert await opened.add(call("three")) == 3

    store(keep)
    store(look)


def test_numbers_are_never_given_twice(store):
    """A number is in the log and in memory: a second item under it would be taken for the first."""

    async def steps(opened, _hands):
        assert await opened.add(call()) == 1
        assert await opened.finish(1, None) == 0
        assert await opened.load(1) is None
        assert await opened.add(call()) == 2

    store(steps)


def test_what_waits_comes_oldest_first_with_its_times(store):
    async def steps(opened, hands):
        await opened.add(call("one"))
        hands.time += 5
        await opened.add(Item(0, CALLBACK, "two", "f", "http://a/x", "", (), Body(), 9e9))
        assert await opened.waiting() == [
            Waiting(1, "call f", 4, 1000.0, 1000.0),
            Waiting(2, "callback a", 0, 1005.0, 1005.0),
        ]
        await opened.postpone(replace(call("one"), seq=1, attempts=1, status=503, reason="x"), 1e6)
        first, _ = await opened.waiting()
        assert (first.since, first.due) == (1000.0, 1e6)
        kept = await opened.load(1)
        assert (kept.attempts, kept.status, kept.reason) == (1, 503, "x")

    store(steps)


def test_an_answer_takes_the_place_of_its_call_in_one_step(store):
    async def steps(opened, hands):
        await opened.add(call())
        answer = call(kind=CALLBACK, target="http://a/")
        assert await opened.finish(1, answer) == 2
        (kept,) = await opened.waiting()
        assert kept.flow == "callback a"
        hands.clock.now = "no time"  # what cannot be written leaves everything as it was
        with pytest.raises(TypeError):
            await opened.finish(2, answer)
        assert await opened.load(2) is not None

    store(steps)


def failed(call_id, **changes):
    return call(call_id, attempts=3, status=503, reason="full", **changes)


def test_the_failed_list_is_newest_first_and_its_oldest_make_room(store):
    async def steps(opened, hands):
        gone = []
        for number, size in enumerate((10, 20, 30, 40), 1):
            item = failed(str(number), body=Body(size, None, f"file{number}"))
            seq = await opened.add(item)
            hands.time += 1
            notice, names = await opened.fail(replace(item, seq=seq), None, 3, 85)
            assert notice == 0
            gone += names
        # Four are one too many, and three have five bytes too many.
        assert gone == ["file1", "file2"]
        assert [each.call_id for each in await opened.failed()] == ["4", "3"]
        assert await opened.failed_count() == 2
        assert await opened.waiting() == []
        newest = (await opened.failed())[0]
        assert (newest.attempts, newest.status, newest.reason) == (3, 503, "full")
        assert (newest.headers, newest.body) == ((), Body(40, None, "file4"))

    store(steps)


def test_of_those_that_failed_at_once_the_later_one_is_newer(store):
    async def steps(opened, _hands):
        for name in "ab":
            seq = await opened.add(failed(name))
            await opened.fail(replace(failed(name), seq=seq), None, 1, 100)
        assert [each.call_id for each in await opened.failed()] == ["b"]

    store(steps)


def test_a_notice_waits_when_its_call_is_listed(store):
    async def steps(opened, _hands):
        seq = await opened.add(failed("a"))
        notice = call("a", kind="notice", target="http://a/")
        number, _ = await opened.fail(replace(failed("a"), seq=seq), notice, 9, 999)
        (waiting,) = await opened.waiting()
        assert (waiting.seq, waiting.flow) == (number, "callback a")

    store(steps)


def test_a_replayed_call_begins_anew_and_a_dropped_one_is_gone(store):
    async def steps(opened, hands):
        for name in "ab":
            seq = await opened.add(failed(name, body=Body(9, None, name)))
            await opened.fail(replace(failed(name), seq=seq), None, 9, 999)
        waiting_call = await opened.add(call("c"))
        hands.time += 100
        (again,) = await opened.replay("a")
        assert (again.since, again.due) == (1100.0, 1100.0)
        item = await opened.load(again.seq)
        assert (item.attempts, item.status, item.reason) == (0, 0, "")
        assert item.queued_at > 1e9  # to be shown, by the machine's clock
        assert await opened.drop("b") == ["b"]
        assert await opened.failed() == []
        for ask in (opened.replay, opened.drop):
            for name in "abcd":  # one that waits is none that failed
                with pytest.raises(NotFound, match=f"no failed call {name}"):
                    await ask(name)
        assert {each.seq for each in await opened.waiting()} == {again.seq, waiting_call}

    store(steps)


def test_counts_are_changed_and_forgotten(store):
    async def steps(opened, _hands):
        await opened.keep_counts({"f": 2, "g": 3})
        await opened.keep_counts({"f": 5, "g": 0})
        assert await opened.counts() == {"f": 5}

    store(steps)


def test_the_latest_time_is_that_of_the_clock_or_of_an_item(store):
    async def steps(opened, hands):
        assert await opened.seen() is None
        await opened.add(call())
        assert await opened.seen() == Seen(1000.0, 5.0)
        await opened.keep_seen(Seen(900.0, 7.0))
        assert await opened.seen() == Seen(1000.0, 5.0)
        await opened.keep_seen(Seen(1100.0, 8.0))
        assert await opened.seen() == Seen(1100.0, 8.0)
        hands.time += 500
        await opened.add(call("later"))
        assert await opened.seen() == Seen(1500.0, 5.0)

    store(steps)


@pytest.mark.parametrize("headers", ["{", "[1]", "null", '[["a"]]', "7"])
def test_a_row_without_its_headers_still_says_whose_it_was(store, headers):
    async def steps(opened, _hands):
        seq = await opened.add(call())
        change = "UPDATE items SET headers = ?"
        await opened._journal.do(lambda base: base.execute(change, (headers,)))
        with pytest.raises(DamagedError, match="headers on the queue's disk are damaged") as found:
            await opened.load(seq)
        assert found.value.item == call(seq=seq, headers=())

    store(steps)


def test_one_gateway_has_it_at_a_time(store, tmp_path):
    async def steps(opened, hands):
        await opened.add(call())
        with pytest.raises(CannotStart, match="stop the gateway that has it"):
            Store(tmp_path / "queue.db", hands.clock)
        assert await opened.load(1) is not None

    store(steps)
