"""The queue's time: even within a run, believing little of the machine's clock between two."""

import asyncio

from dcf.gateway.queue.clock import RunClock, Seen


def test_the_clock_goes_on_evenly_and_believes_little():
    wall, steady = [1000.0], [5.0]
    clock = RunClock(lambda: wall[0], lambda: steady[0])
    assert clock.now() == 1000
    wall[0] += 1e9
    steady[0] += 3
    assert clock.now() == 1003
    assert clock.seen() == Seen(1003, 1e9 + 1000)
    for jump, between in ((-5.0, 0.0), (20.0, 20.0), (1e9, 60.0)):
        clock.resume(Seen(500.0, wall[0] - jump), 60.0)
        assert clock.now() == 500 + between


def test_waiting_ends_with_its_event_or_after_its_time(run):
    async def steps():
        clock, event = RunClock(), asyncio.Event()
        await clock.wait(event, 0.01)
        assert not event.is_set()
        waiting = asyncio.create_task(clock.wait(event, 3600))
        event.set()
        await waiting  # `run` ends what takes half a minute

    run(steps())
