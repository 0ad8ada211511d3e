"""A function's numbered revisions: what each is called, what can be gone back to, what is kept."""

import asyncio

import pytest

from dcf.errors import InvalidRequest, NotFound
from dcf.providers.placement import FunctionSpec
from dcf.providers.process.history import History
from dcf.providers.process.store import Record, Store


def spec(image):
    return FunctionSpec("f", image)


@pytest.fixture
def history(tmp_path):
    """`history(steps)` runs `steps(history, read)`; `read()` gives one as a restart finds it."""

    def run(steps):
        async def through():
            store = Store(tmp_path / "functions.db")

            async def read():
                (record,) = await store.records()
                return History(store, record, await store.revisions("f"))

            try:
                return await steps(History(store, Record("f", 1, "then")), read)
            finally:
                await store.close()

        return asyncio.run(asyncio.wait_for(through(), 60))

    return run


def told(history):
    return [(each.number, each.rollout, each.serving) for each in history.infos()]


async def serve(history, image):
    info = await history.add(spec(image), "me")
    await history.took_over(info.number, lambda: 1)


def test_revisions_are_numbered_and_one_serves(history):
    async def steps(past, read):
        first = await past.add(spec("a"), "me")
        assert (first.number, first.by, past.serving) == (1, "me", None)
        assert past.newest == first
        await past.took_over(1, lambda: 3)
        await past.add(spec("b"), "you")
        assert told(past) == [(2, "progressing", False), (1, "ready", True)]
        assert (past.serving.number, past.newest.number) == (1, 2)
        assert past.contents() == {"a", "b"}
        again = await read()
        assert told(again) == told(past)
        assert again.record == past.record == Record("f", 3, "then", serving=1)

    history(steps)


def test_one_that_was_on_its_way_is_given_up_for_the_next(history):
    async def steps(past, read):
        await past.add(spec("a"), "")
        await past.add(spec("b"), "")
        _, first = (await read()).infos()
        assert (first.rollout, first.reason) == (
            "failed",
            "given up for revision 2 before it took over",
        )
        await past.failed(2, "no weights")
        await past.add(spec("c"), "")
        assert past.infos()[1].reason == "no weights"  # it had failed by itself

    history(steps)


def test_one_that_was_ready_once_stays_so_whatever_fails_later(history):
    async def steps(past, read):
        await serve(past, "a")
        await past.failed(1, "it crashed")
        await past.failed(7, "of nobody")
        (only,) = (await read()).infos()
        assert (only.rollout, only.reason) == ("ready", "")

    history(steps)


def test_taking_over_takes_back_what_was_said_against_it(history):
    async def steps(past, _read):
        await past.add(spec("a"), "")
        await past.failed(1, "no network")
        await past.took_over(1, lambda: 2)
        (only,) = past.infos()
        assert (only.rollout, only.reason, only.serving) == ("ready", "", True)
        assert past.record.replicas == 2

    history(steps)


def test_going_back_finds_the_newest_before_that_was_ready_and_something_else(history):
    async def steps(past, _read):
        with pytest.raises(InvalidRequest, match="no earlier revision to go back to"):
            past.find(None)
        for image in "ab":
            await serve(past, image)
        await past.add(spec("broken"), "")
        await past.failed(3, "no weights")
        await serve(past, "c")
        await serve(past, "c")
        assert past.find(None) == spec("b")  # neither the broken one nor the same again
        assert past.find(3) == spec("broken")  # somebody may want just that
        await past.add(spec("newer"), "")
        assert past.find(None) == spec("b")

    history(steps)


def test_one_that_is_not_kept_is_said_with_where_to_look(history):
    async def steps(past, _read):
        await serve(past, "a")
        for number in (0, 2, -1):
            with pytest.raises(NotFound, match=f"no revision {number}: `dcf function history f`"):
                past.find(number)

    history(steps)


def test_nothing_before_the_one_that_serves_is_nothing_to_go_back_to(history):
    async def steps(past, _read):
        await serve(past, "a")
        await past.add(spec("b"), "")
        with pytest.raises(InvalidRequest):
            past.find(None)

    history(steps)


def test_what_is_noted_of_one_that_is_forgotten_stays_out_of_the_store(history, tmp_path):
    async def steps(past, _read):
        await serve(past, "a")
        await past.forget()
        await past.scale(3)
        await past.failed(1, "late")
        await past.took_over(1, lambda: 2)
        with pytest.raises(NotFound, match="no such function: f"):
            await past.add(spec("b"), "")
        store = past._store
        assert (await store.records(), await store.revisions("f")) == ([], [])

    history(steps)


def test_scaling_is_kept(history):
    async def steps(past, read):
        await serve(past, "a")
        await past.scale(5)
        assert (await read()).record == past.record == Record("f", 5, "then", serving=1)

    history(steps)
