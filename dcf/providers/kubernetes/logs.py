"""What a function's pods wrote, read through the API: the cluster keeps it while a pod is there.

A reader that follows goes on over restarts, and to new pods. Little is held: a line of each pod,
and what `tail` asks for; a reader that stands still holds up the nodes' answers, nobody else.
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing

from ...call_lines import CallLines
from ...errors import NotFound
from ..stamp import now, stamp_of
from ..stores import LogLine, LogQuery
from .api import Api, ApiError
from .log_lines import Place, PodLine, in_order, nanoseconds, pod_line
from .records import PodRecord
from .view import View

_MOST_LINES = 100_000  # that `tail` may hold
_WAITING = 256  # lines of followed pods that nobody has taken yet
_FIRST_SECONDS = 10.0  # for the first line of a pod, or to say that there is none
_PAUSE_SECONDS, _LONGEST_SECONDS = 1.0, 60.0
_BAD, _GONE = 400, 404  # there is no such container yet or any more; no such pod


class PodLogs:
    """Fills `LogStore`."""

    def __init__(self, api: Api, view: View) -> None:
        """Reads nothing yet."""
        self._api, self._view = api, view

    async def lines(self, query: LogQuery) -> AsyncIterator[LogLine]:
        """The lines asked for, oldest first; with `follow`, until the function is deleted.

        Raises:
            NotFound: There is no such function.
            InvalidRequest: `since` is no time.
        """
        reader = _Reader(self._api, self._view, query)
        async with aclosing(reader.backlog()) as lines:
            async for line in lines:
                yield line
        if query.follow:
            async with aclosing(reader.following()) as lines:
                async for line in lines:
                    yield line


class _Reader:
    """One reading of one function's log."""

    def __init__(self, api: Api, view: View, query: LogQuery) -> None:
        view.of(query.name)
        since = stamp_of(query.since)
        self._api, self._view, self._query = api, view, query
        self._since = nanoseconds(since) if since else ""
        self._of_call = CallLines(query.call) if query.call else None
        self._places: dict[str, Place] = {}
        self._queue: asyncio.Queue[PodLine | None] = asyncio.Queue(_WAITING)

    async def backlog(self) -> AsyncGenerator[LogLine]:
        """What is there now."""
        tail = self._query.tail
        streams = [self._so_far(each) for each in self._pods()]
        kept = deque[LogLine](maxlen=min(tail, _MOST_LINES) if tail > 0 else 0)
        async for line in in_order(streams):
            if wanted := self._wanted(line):
                if tail > 0:
                    kept.append(wanted)
                else:
                    yield wanted
        for each in kept:
            yield each

    async def following(self) -> AsyncGenerator[LogLine]:
        """What comes from now on, of pods that are there and of new ones."""
        leading = asyncio.create_task(self._lead())
        try:
            while (line := await self._queue.get()) is not None:
                if wanted := self._wanted(line):
                    yield wanted
        finally:
            leading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await leading

    async def _lead(self) -> None:
        """Follow each pod while it is there; the end of the function is the end of it."""
        tasks: dict[str, asyncio.Task[None]] = {}
        loop = asyncio.get_running_loop()
        try:
            while True:
                pods = self._pods()
                for name in {each.name for each in pods} - tasks.keys():
                    tasks[name] = asyncio.create_task(self._follow(name))
                await self._view.changed(self._query.name, loop.time() + _LONGEST_SECONDS)
                tasks = {name: task for name, task in tasks.items() if not task.done()}
        except NotFound:
            await asyncio.gather(*tasks.values())
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        await self._queue.put(None)

    async def _follow(self, name: str) -> None:
        """Follow one pod, over restarts of its container, until it is gone.

        The container before is read each time: the view may learn of a restart after its log did.
        """
        loop = asyncio.get_running_loop()
        while (pod := self._view.pods.get(name)) is not None:
            place = self._places.setdefault(name, Place(self._since))
            place.again()
            with contextlib.suppress(ApiError):  # what could not be read is read next time
                for how in ({"previous": "true"}, {"follow": "true"}):
                    async with aclosing(self._read(pod, place, {**how, **_since(place)})) as lines:
                        async for line in lines:
                            await self._queue.put(line)
            wait = _PAUSE_SECONDS * (1 + random.random())  # noqa: S311 # not all at once
            await self._view.changed(self._query.name, loop.time() + wait)

    def _pods(self) -> list[PodRecord]:
        """Those asked for; raises `NotFound` when the function is no more."""
        pods = self._view.of(self._query.name).pods
        return [each for each in pods if self._query.instance in {"", each.name}]

    async def _so_far(self, pod: PodRecord) -> AsyncGenerator[PodLine]:
        """What a pod has written: its container before the last one, and its last one."""
        place = self._places.setdefault(pod.name, Place(self._since))
        how = _since(place)
        if self._query.tail > 0 and not self._of_call:
            how["tailLines"] = str(min(self._query.tail, _MOST_LINES))
        try:
            for previous in ("true", "false"):
                stream = self._read(pod, place, {**how, "previous": previous})
                async with aclosing(stream) as lines:
                    async for line in lines:
                        yield line
        except ApiError as fault:
            yield PodLine(nanoseconds(now()), pod.name, f"this log cannot be read: {fault}")

    async def _read(
        self, pod: PodRecord, place: Place, how: Mapping[str, str]
    ) -> AsyncGenerator[PodLine]:
        """The new lines of one container of a pod; none of one that is not there."""
        query = {"container": pod.container, "timestamps": "true", **how}
        path = f"/api/v1/namespaces/{self._api.namespace}/pods/{pod.name}/log"
        seconds = None if "follow" in how else _FIRST_SECONDS
        try:
            async with aclosing(self._api.lines(path, **query)) as lines:
                async for raw in _patiently(lines, seconds):
                    line = pod_line(pod.name, raw)
                    if line is not None and place.is_new(line):
                        yield line
        except ApiError as fault:
            if fault.status not in (_BAD, _GONE):
                raise

    def _wanted(self, line: PodLine) -> LogLine | None:
        if self._of_call and not self._of_call.has(line.pod, line.text):
            return None
        return LogLine(self._query.name, line.pod, line.timestamp, line.text)


def _since(place: Place) -> dict[str, str]:
    return {"sinceTime": place.since} if place.since else {}


async def _patiently(lines: AsyncGenerator[str], seconds: float | None) -> AsyncIterator[str]:
    """The lines; raises `ApiError` if the first one does not come in time."""
    try:
        async with asyncio.timeout(seconds):
            first = await anext(lines, None)
    except TimeoutError:
        raise ApiError(f"its node does not answer within {seconds:g} s") from None
    if first is not None:
        yield first
        async for each in lines:
            yield each
