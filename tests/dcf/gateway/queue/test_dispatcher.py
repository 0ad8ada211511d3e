"""Who goes next: room of a flow, turns between flows, times that are not yet."""

import asyncio
import time

from dcf.gateway.queue.clock import RunClock
from dcf.gateway.queue.dispatcher import Dispatcher
from dcf.gateway.queue.records import Waiting


def waiting(seq, flow, due=0.0, queued_at=None):
    return Waiting(seq, flow, 0, time.time() if queued_at is None else queued_at, due)


class Deliveries:
    """Notes who was started and lets each end when told."""

    def __init__(self):
        self.started = []
        self.go = asyncio.Event()

    async def __call__(self, item):
        self.started.append(item.seq)
        await self.go.wait()


async def settle():
    for _ in range(5):
        await asyncio.sleep(0.01)


def test_a_flow_gets_its_room_and_no_more(run):
    async def steps():
        deliver = Deliveries()
        dispatcher = Dispatcher(lambda flow: 2, deliver, 60, RunClock())
        for seq in range(5):
            dispatcher.add(waiting(seq, "a"))
        dispatcher.start()
        await settle()
        assert deliver.started == [0, 1]
        assert (dispatcher.running, dispatcher.waiting) == (2, 3)
        deliver.go.set()
        await settle()
        assert deliver.started == [0, 1, 2, 3, 4]
        assert (dispatcher.running, dispatcher.waiting) == (0, 0)
        await dispatcher.stop(1)

    run(steps())


def test_a_long_flow_does_not_hold_up_a_short_one(run):
    async def steps():
        deliver = Deliveries()
        dispatcher = Dispatcher(lambda flow: 1000, deliver, 60, RunClock())
        for seq in range(1000):
            dispatcher.add(waiting(seq, "long"))
        dispatcher.add(waiting(5000, "short"))
        dispatcher.start()
        await settle()
        assert 5000 in deliver.started
        assert len(deliver.started) == 64
        deliver.go.set()
        await settle()
        await dispatcher.stop(1)

    run(steps())


def test_nothing_starts_before_it_is_due_or_while_there_is_no_room(run):
    async def steps():
        deliver, room = Deliveries(), {"a": 1, "b": 0}
        deliver.go.set()
        dispatcher = Dispatcher(room.get, deliver, 60, RunClock())
        dispatcher.add(waiting(1, "a", due=time.time() + 0.3))
        dispatcher.add(waiting(2, "b"))
        dispatcher.start()
        await settle()
        assert deliver.started == []
        room["b"] = 1
        async with asyncio.timeout(2):
            while len(deliver.started) < 2:
                await asyncio.sleep(0.01)
        await dispatcher.stop(1)

    run(steps())


def test_what_is_too_old_is_delivered_without_room_so_that_it_can_fail(run):
    async def steps():
        deliver = Deliveries()
        deliver.go.set()
        dispatcher = Dispatcher(lambda flow: 0, deliver, 60, RunClock())
        dispatcher.add(waiting(1, "a", queued_at=time.time() - 61))
        dispatcher.add(waiting(2, "a", queued_at=time.time() - 59))
        dispatcher.start()
        await settle()
        assert deliver.started == [1]
        await dispatcher.stop(1)

    run(steps())


def test_stopping_breaks_off_what_does_not_end(run):
    async def steps():
        deliver = Deliveries()
        dispatcher = Dispatcher(lambda flow: 1, deliver, 60, RunClock())
        dispatcher.add(waiting(1, "a"))
        dispatcher.start()
        await settle()
        await dispatcher.stop(0.05)
        assert dispatcher.running == 0

    run(steps())
