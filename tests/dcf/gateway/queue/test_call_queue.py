"""What happens to queued calls: delivered, tried again, failed, replayed, and kept meanwhile."""

import asyncio
import os
import time

import pytest

from dcf.gateway.queue.bodies import IN_DATABASE
from tests.waiting import until_async

LARGE = os.urandom(IN_DATABASE * 5)


def test_a_call_is_delivered_as_it_was_sent(queued, listening, run):
    async def steps():
        async with listening() as function, queued(function) as gateway:
            status, headers, text = await gateway.submit(
                b"body", path="/a%2Fb?q=%20", X_Own="1", Content_Type="image/png", X_Call_Id="mine"
            )
            assert (status, text, headers["X-Call-Id"]) == (202, "", "mine")
            assert int(headers["X-Start-Time"]) > 10**18
            assert headers["X-Served-By"].startswith("dcf-gateway/")
            await gateway.until(waiting=0, running=0)
        (request, body), *more = function.came
        assert (request.method, request.raw_path, body, more) == (
            "POST",
            "/a%2Fb?q=%20",
            b"body",
            [],
        )
        assert request.headers["X-Call-Id"] == "mine"
        assert request.headers["X-Own"] == "1"
        assert request.headers["Content-Type"] == "image/png"
        assert request.headers["X-Start-Time"] == headers["X-Start-Time"]
        assert request.headers["X-Forwarded-Host"] == gateway.server.rest.split("/")[2]

    run(steps())


@pytest.mark.parametrize(
    "body", [b"", b"x", b"x" * IN_DATABASE, LARGE], ids=["empty", "one", "most", "file"]
)
def test_bodies_of_every_size_arrive_and_leave_nothing_behind(
    queued, listening, run, tmp_path, body
):
    async def steps():
        async with listening() as function, queued(function) as gateway:
            function.answers = [503]
            await gateway.submit(body)
            await gateway.until(waiting=0, running=0)
            assert function.bodies == [body, body]
        assert list((tmp_path / "queue" / "bodies").iterdir()) == []

    run(steps())


def test_what_waits_outlives_the_gateway_and_orphans_are_swept(queued, listening, run, tmp_path):
    async def steps():
        async with queued() as gateway:  # no replica: nothing can be delivered
            for body in (b"small", LARGE):
                assert (await gateway.submit(body))[0] == 202
            counts = await gateway.counts()
            assert (counts["waiting"], counts["running"]) == (2, 0)
            assert counts["oldest_seconds"] >= 0
        (tmp_path / "queue" / "bodies" / "left").write_bytes(b"of a killed gateway")
        async with listening() as function, queued(function) as gateway:
            await gateway.until(waiting=0, running=0)
            assert sorted(function.bodies, key=len) == [b"small", LARGE]
        assert list((tmp_path / "queue" / "bodies").iterdir()) == []

    run(steps())


@pytest.mark.parametrize("status", [429, 503])
def test_a_function_that_is_full_or_not_ready_is_asked_again(queued, listening, run, status):
    async def steps():
        async with listening() as function, queued(function) as gateway:
            function.answers = [status, status]
            await gateway.submit(b"again")
            await gateway.until(waiting=0, running=0)
            assert function.bodies == [b"again"] * 3
            assert await gateway.failed() == []

    run(steps())


@pytest.mark.parametrize("status", [200, 302, 400, 404, 500, 504])
def test_what_a_function_answers_itself_is_its_answer(queued, listening, run, status):
    async def steps():
        async with listening() as function, queued(function) as gateway:
            function.answers = [status]
            await gateway.submit(b"once")
            await gateway.until(waiting=0, running=0, failed=0)
            assert function.bodies == [b"once"]

    run(steps())


def test_a_watchdogs_own_504_is_no_answer(queued, listening, run):
    async def steps():
        async with listening() as function, queued(function) as gateway:
            function.answers, function.headers = [504], {"X-OpenFaaS-Internal": "of-watchdog"}
            await gateway.submit()
            await gateway.until(waiting=0, running=0, failed=0)
            assert len(function.came) == 2

    run(steps())


def test_attempts_are_bounded_spaced_and_end_in_the_failed_list(queued, listening, run):
    async def steps():
        async with listening() as function, queued(function, attempts=4) as gateway:
            function.answers = [503] * 4
            began = time.monotonic()
            _, headers, _ = await gateway.submit(LARGE, path="/p?q", X_Secret="word")
            await gateway.until(failed=1, waiting=0, running=0)
            assert time.monotonic() - began > 0.5 * (0.02 + 0.04 + 0.08)
            assert len(function.came) == 4
            (entry,) = await gateway.failed()
            assert entry.pop("queued_at").endswith("Z")
            assert entry == {
                "call_id": headers["X-Call-Id"], "function": "f", "path": "/p?q", "callback": "",
                "attempts": 4, "status": 503, "reason": "function f answered 503",
                "size": len(LARGE),
            }  # fmt: skip

    run(steps())


def test_a_failed_call_is_replayed_or_dropped(queued, listening, run, tmp_path):
    async def ask(gateway, method, path):
        url = f"{gateway.server.rest}/system/queue/failed/{path}"
        async with gateway.session.request(method, url) as answer:
            return answer.status, await answer.text()

    async def steps():
        async with listening() as function, queued(function, attempts=1) as gateway:
            function.answers = [503, 503, 503, 200]
            for name in ("one", "two"):
                await gateway.submit(LARGE + name.encode(), X_Call_Id=name)
            await gateway.until(failed=2)
            assert await ask(gateway, "POST", "one/replay") == (202, "")
            await gateway.until(failed=2, waiting=0, running=0)  # it failed again
            assert await ask(gateway, "POST", "one/replay") == (202, "")
            await gateway.until(failed=1, waiting=0, running=0)
            assert function.bodies[2] == function.bodies[3] == LARGE + b"one"
            assert await ask(gateway, "DELETE", "two") == (202, "")
            assert await gateway.failed() == []
            for method, path in (("POST", "one/replay"), ("DELETE", "two")):
                status, text = await ask(gateway, method, path)
                assert status == 404
                assert text.startswith("no failed call ")
        assert list((tmp_path / "queue" / "bodies").iterdir()) == []

    run(steps())


def test_the_failed_list_outlives_the_gateway_and_its_oldest_make_room(queued, listening, run):
    async def steps():
        async with listening() as function:
            function.answers = [503] * 4
            async with queued(function, attempts=1, failed=2) as gateway:
                for name in ("one", "two", "three"):
                    await gateway.submit(X_Call_Id=name)
                    await gateway.until(waiting=0, running=0)
                assert [each["call_id"] for each in await gateway.failed()] == ["three", "two"]
            async with queued(function) as gateway:
                assert [each["call_id"] for each in await gateway.failed()] == ["three", "two"]

    run(steps())


def test_calls_of_a_deleted_function_fail_and_say_why(queued, run):
    async def steps():
        async with queued() as gateway:
            await gateway.submit(b"1")
            await gateway.provider.delete("f")
            await gateway.until(failed=1, waiting=0)
            (entry,) = await gateway.failed()
            assert entry["status"] == 404
            assert entry["reason"] == "function f was deleted while the call waited"

    run(steps())


def test_a_call_that_waited_too_long_fails_without_being_sent(queued, run):
    async def steps():
        async with queued(age_seconds=0.3) as gateway:
            await gateway.submit(b"1")
            await gateway.until(failed=1, waiting=0)
            (entry,) = await gateway.failed()
            assert entry["reason"] == "it waited longer than 0.3 s; the last attempt: none"

    run(steps())


def test_a_full_queue_answers_429_and_says_when_to_come_again(queued, run):
    async def steps():
        async with queued(calls=2) as gateway:
            assert [(await gateway.submit())[0] for _ in range(3)] == [202, 202, 429]
            _, headers, text = await gateway.submit(name="g")
            assert headers["Retry-After"] == "10"
            assert headers["X-Error-Code"] == "queue_full"
            assert "2 calls wait" in text
        async with queued(calls=2) as gateway:
            assert (await gateway.submit())[0] == 429  # what waits counts after a restart, too

    run(steps())


@pytest.mark.parametrize("declared", [True, False], ids=["length", "chunked"])
def test_bytes_of_bodies_are_bounded_and_given_back(queued, listening, run, declared, tmp_path):
    async def chunks():
        for start in range(0, len(LARGE), 10_000):
            yield LARGE[start : start + 10_000]

    async def steps():
        async with (
            listening() as function,
            queued(function, total_bytes=len(LARGE) + 1000) as gateway,
        ):
            function.hold.clear()
            for status in (202, 429, 429):
                body = LARGE if declared else chunks()
                assert (await gateway.submit(body))[0] == status
            assert (await gateway.submit(b"x" * 1000))[0] == 202
            assert len(list((tmp_path / "queue" / "bodies").iterdir())) == 1
            function.hold.set()
            await gateway.until(waiting=0, running=0)
            assert (await gateway.submit(LARGE))[0] == 202

    run(steps())


def test_a_body_over_the_limit_is_413(queued, listening, run):
    async def steps():
        async with listening() as function, queued(function, body_bytes=1000) as gateway:
            assert (await gateway.submit(b"x" * 1000))[0] == 202
            status, headers, _ = await gateway.submit(b"x" * 1001)
            assert (status, headers["X-Error-Code"]) == (413, "body_too_large")
            await gateway.until(waiting=0, running=0)
            assert len(function.came) == 1

    run(steps())


def test_a_replica_gets_one_queued_call_at_a_time(queued, listening, run):
    async def steps():
        async with listening() as function, queued(function) as gateway:
            await asyncio.gather(*(gateway.submit() for _ in range(10)))
            await gateway.until(waiting=0, running=0)
            assert (len(function.came), function.most) == (10, 1)
        async with (
            listening() as one,
            listening() as two,
            queued(one, two, per_replica=2) as gateway,
        ):
            one.hold.clear()
            two.hold.clear()
            await asyncio.gather(*(gateway.submit() for _ in range(10)))
            await gateway.until(waiting=6, running=4)
            one.hold.set()
            two.hold.set()
            await gateway.until(waiting=0, running=0)

    run(steps())


def test_a_function_with_many_calls_does_not_hold_up_another(queued, listening, run):
    async def steps():
        async with listening() as function, queued(function) as gateway:
            function.hold.clear()
            for _ in range(20):
                await gateway.submit(b"f")
            await gateway.submit(b"g", name="g")
            await function.called(2)
            function.hold.set()
            assert sorted(function.bodies[:2]) == [b"f", b"g"]

    run(steps())


def test_many_callers_share_the_disk(queued, listening, run):
    async def steps():
        async with listening() as function, queued(function, per_replica=8) as gateway:
            statuses = await asyncio.gather(*(gateway.submit(b"%d" % n) for n in range(300)))
            assert {each[0] for each in statuses} == {202}
            await gateway.until(waiting=0, running=0)
            assert sorted(map(int, function.bodies)) == list(range(300))

    run(steps())


def test_queued_calls_are_counted_as_others_and_counts_outlive_the_gateway(queued, listening, run):
    async def count(gateway):
        return (await gateway.get("/system/function/f")).get("invocationCount", 0)

    async def steps():
        async with listening() as function:
            async with queued(function) as gateway:
                await gateway.submit()
                await gateway.until(waiting=0, running=0)
                async with gateway.session.post(gateway.server.rest + "/function/f") as answer:
                    assert answer.status == 200
                assert await count(gateway) == 2
                async with gateway.session.get(gateway.server.rest + "/metrics") as answer:
                    lines = (await answer.text()).splitlines()
                name = 'function_name="f.openfaas-fn"'
                assert f'gateway_function_invocation_total{{code="200",{name}}} 2.0' in lines
                assert f"gateway_function_invocation_started{{{name}}} 2.0" in lines
            async with queued(function) as gateway:
                assert await count(gateway) == 2
                url = gateway.server.rest + "/system/functions"
                async with gateway.session.delete(url, json={"functionName": "f"}) as answer:
                    assert answer.status == 202
            async with queued(function) as gateway:
                assert await count(gateway) == 0

    run(steps())


def test_what_is_no_call_is_refused_at_once(queued, listening, run):
    async def steps():
        async with listening() as function, queued(function) as gateway:
            assert (await gateway.submit(name="nobody"))[0] == 404
            assert (await gateway.submit(name="No_Name"))[0] == 400
            async with gateway.session.get(gateway.server.rest + "/async-function/f") as answer:
                assert answer.status == 405
            assert (await gateway.counts())["waiting"] == 0

    run(steps())


def test_a_caller_who_leaves_half_way_leaves_nothing_behind(queued, listening, run, tmp_path):
    async def steps():
        async with listening() as function, queued(function, total_bytes=1 << 20) as gateway:
            host, port = gateway.server.rest.split("/")[2].split(":")
            _, writer = await asyncio.open_connection(host, port)
            head = "POST /async-function/f HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
            writer.write(head.encode() + bytes(500_000))
            await writer.drain()
            bodies = tmp_path / "queue" / "bodies"
            await until_async(lambda: list(bodies.iterdir()))
            writer.close()
            await writer.wait_closed()
            await until_async(lambda: not list(bodies.iterdir()))
            assert (await gateway.submit(bytes(1 << 20)))[0] == 202  # its room is free again
            await gateway.until(waiting=0, running=0)
            assert [len(body) for body in function.bodies] == [1 << 20]

    run(steps())


def test_a_disk_that_is_full_is_told_and_no_call_is_lost(queued, listening, run):
    async def limit(gateway, pages):
        journal = gateway.server.queue._store._journal
        now = await journal.do(lambda base: base.execute("PRAGMA page_count").fetchone()[0])
        size = now + pages
        await journal.do(lambda base: base.execute(f"PRAGMA max_page_count = {size}").fetchone())

    async def steps():
        async with listening() as function, queued(function) as gateway:
            function.hold.clear()
            accepted = []
            await limit(gateway, 40)
            for number in range(20):
                body = b"%d " % number + bytes(40_000)
                status, _, text = await gateway.submit(body)
                if status == 202:
                    accepted.append(body)
                else:
                    assert (status, text) == (500, "Error queuing request: the disk failed\n")
            assert 0 < len(accepted) < 20
            await limit(gateway, 10_000)
            assert (await gateway.submit(b"after"))[0] == 202
            function.hold.set()
            await gateway.until(waiting=0, running=0)
            assert function.bodies == [*accepted, b"after"]

    run(steps())


def test_a_call_stays_on_disk_until_it_is_answered_and_its_answer_until_it_is_taken(
    queued, listening, run
):
    """What is on disk is what a killed gateway finds again."""

    async def steps():
        async with listening() as function, listening() as target, queued(function) as gateway:
            function.hold.clear()
            target.hold.clear()
            store = gateway.server.queue._store
            await gateway.submit(b"x", X_Callback_Url=target.address)
            for here, flow in ((function, "call f"), (target, "callback 127.0.0.1")):
                await here.called()
                (kept,) = await store.waiting()
                assert kept.flow.startswith(flow)
                here.hold.set()
            await gateway.until(waiting=0, running=0)
            assert await store.waiting() == []

    run(steps())


def test_a_body_that_stops_coming_gives_its_place_back(queued, listening, run, monkeypatch):
    async def steps():
        async with listening() as function, queued(function, calls=1) as gateway:
            host, port = gateway.server.rest.split("/")[2].split(":")
            reader, writer = await asyncio.open_connection(host, port)
            head = b"POST /async-function/f HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"
            with monkeypatch.context() as impatient:
                impatient.setattr("dcf.gateway.doors.async_function._SILENCE_SECONDS", 0.2)
                writer.write(head)
                assert (await reader.readline()).split()[1] == b"400"
            writer.close()
            await writer.wait_closed()
            assert (await gateway.submit(b"whole"))[0] == 202
            await gateway.until(waiting=0, running=0)
            assert function.bodies == [b"whole"]

    run(steps())
