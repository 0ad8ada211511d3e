"""One run: warm-up, first reading, load with changes, last reading, a clean end."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
import grpc

from benchmarks.bodies.hostile import attacks
from benchmarks.harness.accounting import MEGABYTE
from benchmarks.harness.plan import photos
from benchmarks.soak.callbacks import CallbackTarget
from benchmarks.soak.calls import PLAIN, SECONDS, Client, Kind, first_answer
from benchmarks.soak.changes import Changes, NotAsAsked
from benchmarks.soak.connections import ODD
from benchmarks.soak.gateway import SoakedGateway
from benchmarks.soak.ledger import LOST, Ledger, Lost
from benchmarks.soak.readings import Reading, growths
from benchmarks.soak.report import Report
from benchmarks.soak.rpc_calls import RPC
from dcf.errors import DcfError

_CALLERS = 8
_CALM_SECONDS = 8.0  # kept connections are given up after 5
_CALLBACK_SECONDS = 90.0
_END_SECONDS = 60.0
_CHANGE_PAUSE = 2.0
_LOOKS = 0.5


@dataclass(frozen=True)
class Soak:
    """How a run goes.

    Attributes:
        python: The interpreter that runs the gateway.
        seconds: Of load, the warm-up not counted.
        seed: Where every choice comes from.
        say: Takes a line of progress.
    """

    python: str
    seconds: float
    seed: int
    say: Callable[[str], None]

    @property
    def warm_seconds(self) -> float:
        """How long calls are made before the first reading."""
        return min(60.0, self.seconds / 4)


class _Run:
    """A run under way."""

    def __init__(self, soak: Soak, gateway: SoakedGateway, stop: asyncio.Event) -> None:
        self._soak, self._gateway, self._stop = soak, gateway, stop
        self._chance = random.Random(soak.seed)
        self._ledger, self._callbacks = Ledger(), CallbackTarget()
        self._changes = Changes(gateway, self._ledger, random.Random(soak.seed + 1))
        self._photo = photos()[0].read_bytes()
        self._expected: object = None
        self._most = Reading({}, 0)
        self._faults: list[str] = []
        self._began = time.monotonic()

    async def all(self) -> Report:
        """From the first call to the last process."""
        await self._callbacks.start()
        first = last = None
        try:
            await self._changes.begin()
            self._expected = await self._first_answer()
            await self._load(self._soak.warm_seconds, changing=False)
            first = await self._reading()
            self._soak.say(f"warm after {self._ledger.total:,} calls; now with changes and kills")
            await self._load(self._soak.seconds, changing=True)
            last = await self._reading()
        except (DcfError, NotAsAsked, Lost) as fault:
            self._faults.append(str(fault))
        await self._end()
        compared = growths(first, last, self._most) if first and last else []
        due = len(self._callbacks.due)
        came = due - self._callbacks.missing()
        again = sum(self._callbacks.came.values()) - len(self._callbacks.came)
        return Report(
            time.monotonic() - self._began,
            self._ledger,
            tuple(compared),
            dict(self._changes.made),
            (due, came, again),
            (*self._faults, *self._changes.wrong, *self._callbacks.wrong),
        )

    async def _first_answer(self) -> object:
        # Before the load: of many first calls at once, a batch might be the first to be answered.
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session,
            grpc.aio.insecure_channel(self._gateway.grpc) as channel,
        ):
            return await first_answer(self._client(session, channel))

    async def _load(self, seconds: float, *, changing: bool) -> None:
        limit = time.monotonic() + seconds
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            grpc.aio.insecure_channel(self._gateway.grpc) as channel,
            asyncio.TaskGroup() as group,
        ):
            # Slow callers have callers of their own: the others would wait for them.
            for chosen in [[*PLAIN, *RPC]] * _CALLERS + [[*ODD]] * 2:
                client = self._client(session, channel)
                group.create_task(self._calls(client, chosen, limit))
            group.create_task(self._watch(limit))
            if changing:
                group.create_task(self._change(limit))

    def _client(self, session: aiohttp.ClientSession, channel: grpc.aio.Channel) -> Client:
        seed = self._chance.getrandbits(64)
        return Client(
            session,
            channel,
            f"http://127.0.0.1:{self._gateway.port}",
            random.Random(seed),
            self._photo,
            self._expected,
            attacks(random.Random(seed + 1), self._photo),
            self._callbacks,
        )

    def _goes_on(self, limit: float) -> bool:
        return time.monotonic() < limit and not self._stop.is_set() and self._gateway.alive

    async def _calls(self, client: Client, chosen: list[Kind], limit: float) -> None:
        weights = [kind.weight for kind in chosen]
        while self._goes_on(limit):
            (kind,) = client.chance.choices(chosen, weights)
            began = time.monotonic()
            try:
                self._ledger.note(kind.name, await kind.call(client))
            except Lost as fault:
                self._ledger.failed(kind.name, kind.function, began, fault)

    async def _change(self, limit: float) -> None:
        while self._goes_on(limit):
            await self._changes.one()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), _CHANGE_PAUSE)

    async def _watch(self, limit: float) -> None:
        """Reads what is used while it is used, and says now and then how it goes."""
        reported = time.monotonic()
        pause = max(10.0, self._soak.seconds / 60)
        while self._goes_on(limit):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), _LOOKS)
            reading = await asyncio.to_thread(self._gateway.read)
            self._most = self._most.most(reading)
            if time.monotonic() - reported >= pause:
                reported = time.monotonic()
                self._soak.say(self._progress(reading))

    def _progress(self, reading: Reading) -> str:
        use = reading.uses["gateway"]
        return (
            f"{time.monotonic() - self._began:6.0f} s  {self._ledger.total:9,} calls  "
            f"{self._ledger.of(LOST)} lost  {sum(self._changes.made.values())} changes  "
            f"gateway {use.memory / MEGABYTE:.0f} MB, {use.files} files, {use.threads} threads  "
            f"{reading.children} processes"
        )

    async def _reading(self) -> Reading:
        """What is used when nothing is going on: all calls and callbacks are through."""
        with contextlib.suppress(TimeoutError):
            await self._callbacks.all_come(_CALLBACK_SECONDS)
        await self._changes.settle()
        await asyncio.sleep(_CALM_SECONDS)
        return await asyncio.to_thread(self._gateway.read)

    async def _end(self) -> None:
        """Ends the gateway, as anybody would, and looks what it left."""
        if not self._gateway.alive:
            self._faults.append(f"the gateway ended: {self._gateway.last_line}")
        else:
            wrong = await asyncio.to_thread(self._gateway.end, _END_SECONDS)
            self._faults += [f"the gateway's end: {wrong}"] if wrong else []
        if count := self._gateway.tracebacks():
            self._faults.append(f"{count} tracebacks in the gateway's log")
        await self._callbacks.stop()


async def run(soak: Soak, stop: asyncio.Event) -> Report:
    """Runs it; setting ``stop`` ends it early, with what there is so far."""
    with SoakedGateway(soak.python) as gateway:
        await asyncio.to_thread(gateway.wait_ready)
        return await _Run(soak, gateway, stop).all()
