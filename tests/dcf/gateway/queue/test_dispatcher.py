"""Who goes next: room of a flow, turns between flows, times that are not yet."""

import asyncio

from dcf.gateway.queue.clock import RunClock
from dcf.gateway.queue.dispatcher import Dispatcher
from dcf.gateway.queue.records import Waiting
from tests.waiting import turns, until_async

NOW = 1000.0


class Hands:
    """A clock that is moved by hand."""

    def __init__(self):
        self.time = NOW
        self.clock = RunClock(lambda: NOW, lambda: self.time)


def waiting(seq, flow, due=0.0, since=NOW):
    return Waiting(seq, flow, 0, since, due)


def dispatcher_of(room, deliver, age=60, hands=None):
    return Dispatcher(room, deliver, age, (hands or Hands()).clock)


class Deliveries:
    """Notes who was started and lets each end when told."""

    def __init__(self):
        self.started = []
        self.go = asyncio.Event()

    async def __call__(self, item):
        self.started.append(item.seq)
        await self.go.wait()


def test_a_flow_gets_its_room_and_no_more(run):
    async def steps():
        deliver = Deliveries()
        dispatcher = dispatcher_of(lambda flow: 2, deliver)
        for seq in range(5):
            dispatcher.add(waiting(seq, "a"))
        dispatcher.start()
        await turns()
        assert deliver.started == [0, 1]
        assert (dispatcher.running, dispatcher.waiting) == (2, 3)
        deliver.go.set()
        await turns()
        assert deliver.started == [0, 1, 2, 3, 4]
        assert (dispatcher.running, dispatcher.waiting) == (0, 0)
        await dispatcher.stop(1)

    run(steps())


def test_a_long_flow_does_not_hold_up_a_short_one(run):
    async def steps():
        deliver = Deliveries()
        dispatcher = dispatcher_of(lambda flow: 1000, deliver)
        for seq in range(1000):
            dispatcher.add(waiting(seq, "long"))
        dispatcher.add(waiting(5000, "short"))
        dispatcher.start()
        await turns()
        assert 5000 in deliver.started
        assert len(deliver.started) == 64
        deliver.go.set()
        await turns()
        await dispatcher.stop(1)

    run(steps())


def test_nothing_starts_before_it_is_due_or_while_there_is_no_room(run):
    async def steps():
        deliver, room, hands = Deliveries(), {"a": 1, "b": 0}, Hands()
        deliver.go.set()
        dispatcher = dispatcher_of(room.get, deliver, hands=hands)
        dispatcher.add(waiting(1, "a", due=NOW + 0.05))
        dispatcher.add(waiting(2, "b"))
        dispatcher.start()
        await turns()
        assert deliver.started == []
        room["b"] = 1
        await until_async(lambda: deliver.started == [2])  # nobody tells when there is room again
        hands.time += 0.05
        await until_async(lambda: deliver.started == [2, 1])
        await dispatcher.stop(1)

    run(steps())


def test_what_is_too_old_is_delivered_without_room_so_that_it_can_fail(run):
    async def steps():
        deliver = Deliveries()
        deliver.go.set()
        dispatcher = dispatcher_of(lambda flow: 0, deliver)
        dispatcher.add(waiting(1, "a", since=NOW - 61))
        dispatcher.add(waiting(2, "a", since=NOW - 59))
        dispatcher.start()
        await turns()
        assert deliver.started == [1]
        await dispatcher.stop(1)

    run(steps())


def test_stopping_breaks_off_what_does_not_end(run):
    async def steps():
        deliver = Deliveries()
        dispatcher = dispatcher_of(lambda flow: 1, deliver)
        dispatcher.add(waiting(1, "a"))
        dispatcher.start()
        await turns()
        await dispatcher.stop(0.05)
        await turns()
        assert (deliver.started, dispatcher.running) == ([1], 0)

    run(steps())


def test_one_that_was_never_started_can_be_stopped(run):
    async def steps():
        deliver = Deliveries()
        dispatcher = dispatcher_of(lambda flow: 1, deliver)
        dispatcher.add(waiting(1, "a"))
        await dispatcher.stop(1)
        await turns()
        assert (deliver.started, dispatcher.waiting, dispatcher.oldest) == ([], 1, NOW)

    run(steps())
