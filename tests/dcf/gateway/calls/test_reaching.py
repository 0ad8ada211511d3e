"""A call whose replica is lost goes to another one, as far as that does nothing twice."""

import asyncio
import socket
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager

import aiohttp
import pytest
from multidict import CIMultiDict

from dcf.gateway.calls import reaching
from dcf.gateway.calls.call import Call
from dcf.gateway.calls.reaching import Attempt, Reaching
from dcf.providers.routing import Target


class Replica:
    """Answers, or ends without a word once it has a call.

    Attributes:
        socket: Its port, which nobody else can take meanwhile.
        target: Where it is.
        calls: How many came.
    """

    def __init__(self, kept, *, ends=False):
        self.socket, self.calls, self._ends = kept, 0, ends
        self.target = Target(f"http://127.0.0.1:{kept.getsockname()[1]}")
        self.server = None

    async def listen(self):
        self.server = await asyncio.start_server(self.answer, sock=self.socket)

    async def answer(self, reader, writer):
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.calls += 1
            if self._ends:
                self.server.close()
            else:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                await writer.drain()
        except asyncio.IncompleteReadError:
            pass
        writer.close()


@asynccontextmanager
async def replicas(*kinds):
    """`up` answers, `ends` does so at its first call, `no` refuses: nobody listens there."""
    async with AsyncExitStack() as stack:
        found = []
        for kind in kinds:
            kept = stack.enter_context(socket.socket())
            kept.bind(("127.0.0.1", 0))
            replica = Replica(kept, ends=kind == "ends")
            if kind != "no":
                await replica.listen()
                stack.callback(replica.server.close)
            found.append(replica)
        yield found


@contextmanager
def silent():
    """A replica whose machine is gone: nothing answers, as its queue of connections is full."""
    with socket.socket() as full, ExitStack() as stack:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        yield Target(f"http://127.0.0.1:{full.getsockname()[1]}")


async def sent(targets, method="POST", body=b"x", through=None):
    """Whether a call was answered, and where it was sent last."""
    way = through or Reaching(lambda _name: targets)
    attempt = Attempt("f", targets[0])
    try:
        async with AsyncExitStack() as under_way:
            call = Call(method, "/", CIMultiDict(), body)
            response = await way._somewhere(attempt, call, under_way)
            return (await response.read()) == b"ok", attempt.target
    finally:
        assert way.balancer.total == 0
        if through is None:
            await way.close()


@pytest.mark.parametrize("kinds", [("no", "up"), ("no", "no", "up")])
def test_whoever_refuses_is_passed_over_for_one_that_answers(kinds, run):
    async def steps():
        async with replicas(*kinds) as found:
            targets = [each.target for each in found]
            assert await sent(targets) == (True, targets[-1])

    run(steps())


def test_after_three_that_refuse_the_call_has_failed(run):
    async def steps():
        async with replicas("no", "no", "no", "no", "up") as found:
            with pytest.raises(aiohttp.ClientConnectorError):
                await sent([each.target for each in found[:4]])

    run(steps())


def test_a_machine_that_says_nothing_costs_one_call_some_time_and_the_next_none(run, monkeypatch):
    # The first try is the one that must end; a slow machine may take longer for the second.
    limits = (aiohttp.ClientTimeout(sock_connect=each, sock_read=20) for each in (0.3, 20))
    monkeypatch.setattr(reaching, "_timeout", lambda _seconds: next(limits))

    async def steps():
        async with replicas("up") as (up,):
            with silent() as gone:
                targets = [gone, up.target]
                way = Reaching(lambda _name: targets)
                assert await sent(targets, through=way) == (True, up.target)
                assert [way._choose("f") for _ in range(20)] == [up.target] * 20
                await way.close()

    run(steps())


def test_if_all_were_lost_one_of_them_is_asked_all_the_same(run):
    async def steps():
        async with replicas("no") as (gone,):
            way = Reaching(lambda _name: [gone.target])
            with pytest.raises(aiohttp.ClientConnectorError):
                await sent([gone.target], through=way)
            assert way._choose("f") == gone.target
            await gone.listen()
            assert await sent([gone.target], through=way) == (True, gone.target)
            assert not way._lost  # it answers again, so others are not preferred
            gone.server.close()
            await way.close()

    run(steps())


@pytest.mark.parametrize(
    ("method", "body", "is_tried_again"),
    [("GET", None, True), ("PUT", b"x", True), ("DELETE", None, True), ("POST", b"x", False)],
)
def test_a_call_that_broke_off_is_sent_again_only_if_it_may_be_repeated(
    method, body, is_tried_again, run
):
    async def steps():
        async with replicas("ends", "up") as (ends, up):
            targets = [ends.target, up.target]
            if is_tried_again:
                assert await sent(targets, method, body) == (True, up.target)
            else:
                with pytest.raises(aiohttp.ServerDisconnectedError):
                    await sent(targets, method, body)
            assert (ends.calls, up.calls) == (1, int(is_tried_again))

    run(steps())
