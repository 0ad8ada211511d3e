"""Where answers go: to the callback, again if it must be, and never into this network unasked."""

import asyncio
import socket

import pytest
from multidict import CIMultiDict

from dcf.errors import InvalidRequest
from dcf.gateway.queue import callbacks as callbacks_module
from dcf.gateway.queue.callbacks import Callbacks, _guarded_socket
from dcf.gateway.queue.records import CALLBACK, Again, Body, Done, Failed, Item

LARGE = bytes(range(256)) * 2_000


@pytest.fixture(autouse=True)
def _names_are_looked_up(monkeypatch):
    """Also by a machine that is busy: a name that is not known in time is another case."""
    monkeypatch.setattr(callbacks_module, "_RESOLVE_SECONDS", 20.0)


def answer_to(target):
    return Item(1, CALLBACK, "id", "f", target, "", (("X-Own", "1"),), Body(4, b"body"), 0.0)


async def posted(target, *allowed, resolve=None):
    callbacks = Callbacks(frozenset(allowed))
    if resolve is not None:
        callbacks._guarded.connector._resolver.resolve = resolve
    try:
        return await callbacks.post(answer_to(target), b"body")
    finally:
        await callbacks.close()


def test_the_answer_goes_to_the_callback_with_the_contracts_headers(queued, listening, run):
    async def steps():
        async with (
            listening() as function,
            listening() as target,
            queued(function) as gateway,
        ):
            function.headers = {"X-Own": "1", "Connection": "X-Hop", "X-Hop": "1"}
            function.answers = [418]
            await gateway.submit(X_Callback_Url=target.address + "/here?q=1#part", X_Call_Id="mine")
            await gateway.until(waiting=0, running=0)
        ((request, body),) = target.came
        assert (request.method, request.raw_path, body) == ("POST", "/here?q=1", b"answer 418")
        told = request.headers
        assert (told["X-Call-Id"], told["X-Function-Name"]) == ("mine", "f")
        assert (told["X-Function-Status"], told["X-Own"]) == ("418", "1")
        assert told["Content-Type"] == "application/octet-stream"
        assert 0 < float(told["X-Duration-Seconds"]) < 10
        assert len(told["X-Duration-Seconds"].split(".")[1]) == 6
        assert "X-Hop" not in told

    run(steps())


def test_a_callback_is_tried_again_without_calling_the_function_again(queued, listening, run):
    async def steps():
        async with (
            listening() as function,
            listening() as target,
            queued(function) as gateway,
        ):
            target.answers = [500, 429, 503]
            await gateway.submit(X_Callback_Url=target.address)
            await gateway.until(waiting=0, running=0, failed=0)
            assert (len(function.came), len(target.came)) == (1, 4)
            assert set(target.bodies) == {b"answer 200"}

    run(steps())


def test_a_callback_that_stays_down_is_listed_and_replayed(queued, listening, run):
    async def steps():
        async with (
            listening() as function,
            listening() as target,
            queued(function, attempts=2) as gateway,
        ):
            target.answers = [500, 500]
            address = target.address + "/"
            await gateway.submit(X_Callback_Url=address, X_Call_Id="mine")
            await gateway.until(failed=1, waiting=0, running=0)
            (entry,) = await gateway.failed()
            assert (entry["callback"], entry["path"], entry["status"]) == (address, "", 500)
            url = gateway.server.rest + "/system/queue/failed/mine/replay"
            async with gateway.session.post(url) as answer:
                assert answer.status == 202
            await gateway.until(failed=0, waiting=0, running=0)
            assert (len(function.came), len(target.came)) == (1, 3)

    run(steps())


@pytest.mark.parametrize("status", [302, 404])
def test_a_callback_that_is_refused_has_been_tried(queued, listening, run, status):
    async def steps():
        async with listening() as function, listening() as target, queued(function) as gateway:
            target.answers = [status]
            await gateway.submit(X_Callback_Url=target.address)
            await gateway.until(failed=1, waiting=0, running=0)
            (entry,) = await gateway.failed()
            assert (entry["attempts"], entry["status"], len(target.came)) == (1, status, 1)

    run(steps())


def test_a_call_that_fails_is_told_of_and_listed(queued, listening, run):
    async def steps():
        async with (
            listening() as function,
            listening() as target,
            queued(function, attempts=2) as gateway,
        ):
            function.answers = [503, 503]
            await gateway.submit(X_Callback_Url=target.address, X_Call_Id="mine")
            await gateway.until(failed=1, waiting=0, running=0)
            ((request, body),) = target.came
            assert body == b""
            assert request.headers["X-Function-Status"] == "503"
            assert request.headers["X-Call-Id"] == "mine"

    run(steps())


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404])
def test_redirects_are_not_followed_and_a_no_is_not_asked_again(listening, run, status):
    async def steps():
        async with listening() as target, listening() as inside:
            target.answers, target.headers = [status], {"Location": inside.address}
            outcome = await posted(target.address, "127.0.0.1")
            assert outcome == Failed(status, f"127.0.0.1 answered {status}", was_tried=True)
            assert (len(target.came), len(inside.came)) == (1, 0)

    run(steps())


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost:9/", "http://[::1]/", "http://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data", "http://2130706433/", "http://0x7f.0.0.1/",
        "http://0177.0.0.1/", "http://127.1/", "http://0/", "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a9fe:a9fe]/", "http://[64:ff9b:1::7f00:1]/", "http://[::ffff:0:7f00:1]/",
        "http://[fec0::1]/", "http://[5f00::1]/", "http://[3fff::1]/", "http://192.0.0.8/",
        "http://[fe80::1%25lo]/", "http://[2606:4700::1%25lo]/", "http://[2606:4700::1%lo]/",
        "http://224.0.0.1/", "http://LOCALHOST./",
        "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "/relative", "nothing",
        "http://", "http:///path", "http://user:word@example.org/", "http://[::1", "http://a:b/",
    ],
)  # fmt: skip
def test_targets_inside_this_network_and_no_targets_are_refused_with_400(
    queued, listening, run, url
):
    async def steps():
        async with listening() as function, queued(function, allowed=()) as gateway:
            status, headers, text = await gateway.submit(X_Callback_Url=url)
            assert (status, headers["X-Error-Code"]) == (400, "bad_request")
            assert "X-Callback-Url" in text
            assert (await gateway.counts())["waiting"] == 0
        assert function.came == []

    run(steps())


def test_a_name_that_leads_elsewhere_when_it_is_connected_to_is_refused(
    listening, run, monkeypatch
):
    """DNS rebinding: the check sees an open address, the connection a private one."""

    async def steps():
        async with listening() as inside:
            port = int(inside.address.rsplit(":", 1)[1])

            async def public(*_arguments, **_options):
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 0))]

            async def private(host, port=0, family=socket.AF_INET):
                return [
                    {"hostname": host, "host": "127.0.0.1", "port": port,
                     "family": socket.AF_INET, "proto": 0, "flags": 0}
                ]  # fmt: skip

            monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", public)
            outcome = await posted(f"http://rebound.example:{port}/", resolve=private)
            assert isinstance(outcome, Again)
            assert inside.came == []

    run(steps())


@pytest.mark.parametrize(
    ("family", "place"),
    [
        (socket.AF_INET6, ("2606:4700::1", 80, 0, 1)),
        (socket.AF_INET6, ("fe80::1", 80, 0, 1)),
        (socket.AF_INET6, ("64:ff9b:1::7f00:1", 80, 0, 0)),
        (socket.AF_INET, ("192.0.0.8", 80)),
    ],
    ids=str,
)
def test_no_socket_is_made_for_an_address_with_a_zone_or_a_special_one(family, place):
    with pytest.raises(PermissionError):
        _guarded_socket((family, socket.SOCK_STREAM, 6, "", place))


@pytest.mark.parametrize(
    ("family", "place"),
    [(socket.AF_INET6, ("2606:4700::1", 80, 0, 0)), (socket.AF_INET, ("8.8.8.8", 80))],
    ids=str,
)
def test_a_socket_is_made_for_an_address_of_the_open_internet(family, place):
    _guarded_socket((family, socket.SOCK_STREAM, 6, "", place)).close()


def test_a_host_that_was_removed_from_the_allowed_fails_with_the_reason(run):
    async def steps():
        outcome = await posted("http://127.0.0.1:9/")
        assert isinstance(outcome, Failed)
        assert "--allow-callback 127.0.0.1" in outcome.reason

    run(steps())


def test_an_allowed_name_allows_no_other_name_of_the_same_place(listening, run):
    async def steps():
        async with listening() as target:
            assert await posted(target.address, "127.0.0.1") == Done()
            elsewhere = target.address.replace("127.0.0.1", "localhost")
            assert isinstance(await posted(elsewhere, "127.0.0.1"), Failed)
            assert await posted(elsewhere, "localhost") == Done()

    run(steps())


def test_nobody_there_is_tried_again_later(run):
    async def steps():
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))  # ours as long as it is asked for, and nobody listens
            port = free.getsockname()[1]
            outcome = await posted(f"http://127.0.0.1:{port}/", "127.0.0.1")
        assert isinstance(outcome, Again)
        assert outcome.reason.startswith("127.0.0.1 cannot be reached")

    run(steps())


@pytest.mark.alone
def test_a_name_nobody_knows_yet_is_accepted(run):
    async def steps():
        callbacks = Callbacks(frozenset())
        try:
            assert await callbacks.check("http://nobody.invalid/x") == "http://nobody.invalid/x"
            with pytest.raises(InvalidRequest):
                await callbacks.check("http://nobody.invalid:99999/x")
        finally:
            await callbacks.close()

    run(steps())


def test_a_large_answer_is_posted_whole_and_leaves_nothing_behind(queued, listening, run, tmp_path):
    async def steps():
        async with (
            listening() as function,
            listening() as target,
            queued(function) as gateway,
        ):
            function.reply, target.answers = LARGE, [503]
            await gateway.submit(X_Callback_Url=target.address)
            await gateway.until(waiting=0, running=0, failed=0)
            assert target.bodies == [LARGE, LARGE]
            assert "Content-Disposition" not in target.came[1][0].headers
        assert list((tmp_path / "queue" / "bodies").iterdir()) == []

    run(steps())


def test_retry_after_is_heard(listening, run):
    async def steps():
        async with listening() as target:
            target.answers, target.headers = [429], CIMultiDict({"Retry-After": "7"})
            assert await posted(target.address, "127.0.0.1") == Again(
                429, "127.0.0.1 answered 429", 7.0
            )

    run(steps())
