"""Bodies and rows that are gone or damaged: one call fails, once, with the reason; others go on."""

import logging
import os

import pytest

from dcf.gateway.queue.bodies import IN_DATABASE

LARGE = os.urandom(IN_DATABASE * 5)


def files(tmp_path):
    return list((tmp_path / "queue" / "bodies").iterdir())


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (os.unlink, "its body's file is missing from the queue's folder"),
        (lambda path: os.truncate(path, 9), f"its body's file is damaged: 9 of {len(LARGE)} bytes"),
        (lambda path: os.truncate(path, 0), f"its body's file is damaged: 0 of {len(LARGE)} bytes"),
    ],
    ids=["missing", "cut", "empty"],
)
@pytest.mark.parametrize("restarted", [True, False])
def test_a_call_whose_body_is_gone_fails_once_with_the_reason(
    queued, listening, run, tmp_path, harm, reason, restarted, caplog
):
    async def ends(gateway, function):
        await gateway.until(waiting=0, running=0, failed=1)
        (entry,) = await gateway.failed()
        assert (entry["reason"], entry["status"], entry["attempts"]) == (reason, 500, 0)
        await gateway.submit(b"another")
        await gateway.until(waiting=0, running=0, failed=1)
        assert function.bodies[-1] == b"another"
        assert LARGE not in function.bodies

    async def steps():
        async with listening() as function:
            function.hold.clear()
            async with queued(function) as gateway:
                await gateway.submit(b"first")  # the only replica's turn
                await gateway.submit(LARGE)
                harm(*files(tmp_path))
                if not restarted:
                    function.hold.set()
                    await ends(gateway, function)
                function.hold.set()
            async with queued(function) as gateway:
                await ends(gateway, function)

    with caplog.at_level(logging.ERROR):
        run(steps())
    assert caplog.messages == []


def test_an_answer_that_is_gone_fails_its_callback_once(queued, listening, run, tmp_path):
    async def steps():
        async with (
            listening() as function,
            listening() as target,
            queued(function, retry_seconds=0.5) as gateway,
        ):
            function.reply, target.answers = LARGE, [503]
            await gateway.submit(X_Callback_Url=target.address)
            await target.called()
            os.unlink(*files(tmp_path))
            await gateway.until(waiting=0, running=0, failed=1)
            assert "missing" in (await gateway.failed())[0]["reason"]
            assert len(function.came) == len(target.came) == 1

    run(steps())


def test_a_row_that_is_gone_ends_its_call_and_gives_its_place_back(queued, listening, run):
    async def steps():
        async with listening() as function, queued(function, calls=2) as gateway:
            function.hold.clear()
            await gateway.submit(b"1")
            await gateway.submit(b"2")
            journal = gateway.server.queue._store._journal
            await journal.do(lambda base: base.execute("DELETE FROM items WHERE seq = 2"))
            function.hold.set()
            await gateway.until(waiting=0, running=0, failed=0)
            assert function.bodies == [b"1"]
            assert [(await gateway.submit())[0] for _ in range(2)] == [202, 202]
            await gateway.until(waiting=0, running=0)

    run(steps())


@pytest.mark.parametrize("headers", ["{", "[1]", "null", '[["a"]]'])
def test_a_row_that_cannot_be_read_fails_once_and_can_be_listed_and_dropped(
    queued, listening, run, headers
):
    async def steps():
        async with listening() as function, queued(function) as gateway:
            function.hold.clear()
            await gateway.submit(b"1")
            await gateway.submit(b"2", X_Call_Id="two")
            journal = gateway.server.queue._store._journal
            change = "UPDATE items SET headers = ? WHERE seq = 2"
            await journal.do(lambda base: base.execute(change, (headers,)))
            function.hold.set()
            await gateway.until(waiting=0, running=0, failed=1)
            (entry,) = await gateway.failed()
            assert entry["reason"] == "its headers on the queue's disk are damaged"
            url = f"{gateway.server.rest}/system/queue/failed/two"
            async with gateway.session.post(url + "/replay") as answer:
                assert answer.status == 202
            await gateway.until(waiting=0, running=0, failed=1)
            async with gateway.session.delete(url) as answer:
                assert answer.status == 202
            assert function.bodies == [b"1"]

    run(steps())


def test_a_body_that_cannot_be_removed_is_told_and_its_call_does_not_come_again(
    queued, listening, run, tmp_path, caplog
):
    async def steps():
        async with listening() as function, queued(function) as gateway:
            function.hold.clear()
            await gateway.submit(LARGE)
            await function.called()
            (file,) = files(tmp_path)
            file.unlink()
            file.mkdir()  # not even root unlinks a folder
            function.hold.set()
            await gateway.until(waiting=0, running=0, failed=0)
            assert function.bodies == [LARGE]
        async with queued(function) as gateway:  # nor does the sweep at the start fail
            assert (await gateway.counts())["waiting"] == 0

    with caplog.at_level(logging.WARNING):
        run(steps())
    assert sum("cannot be removed" in each for each in caplog.messages) == 2
