"""One watch: what happens from a version on, to objects that a selector chooses."""

import asyncio
import contextlib

from tests.kubernetes.fake import views
from tests.kubernetes.fake.status import gone

BOOKMARK_SECONDS = 2.0


class Watch:
    """Lines for one client, from a version on."""

    def __init__(self, store, place, is_wanted):
        """`is_wanted` tells of an object whether the client asked for it."""
        self._store, self._place, self._is_wanted = store, place, is_wanted
        self._queue = asyncio.Queue()

    async def lines(self, version, seconds, *, bookmarks):
        """The lines until so many seconds have passed."""
        stop = self._store.listen(self._queue.put_nowait)
        try:
            begun = self._begin(version)
            if begun is None:
                refused = gone(version, self._store.version)
                yield views.event("ERROR", refused.body)
                return
            for line in begun:
                yield line
            end = asyncio.get_running_loop().time() + seconds
            while (left := end - asyncio.get_running_loop().time()) > 0:
                event = None
                with contextlib.suppress(TimeoutError):
                    # Not `wait_for`, which loses a cancellation that comes with an event.
                    async with asyncio.timeout(min(left, BOOKMARK_SECONDS)):
                        event = await self._queue.get()
                if event is not None:
                    if line := self._line(event):
                        yield line
                elif bookmarks:
                    yield self._bookmark()
        finally:
            stop()

    def _begin(self, version):
        """Lines of what was before now; None if that is not known any more."""
        if not version or version == "0":
            place = self._place
            items = filter(self._is_wanted, self._store.list(place.kind, place.namespace))
            return [self._shown("ADDED", each) for each in items]
        missed = self._store.since(int(version))
        return None if missed is None else [each for each in map(self._line, missed) if each]

    def _line(self, event):
        if event.kind != self._place.kind:
            return b""
        was = event.before is not None and self._is_wanted(event.before)
        # Whoever has it chosen no more hears that it is gone, and is shown its newest version.
        is_now = event.type != "DELETED" and self._is_wanted(event.item)
        if is_now:
            return self._shown("MODIFIED" if was else "ADDED", event.item)
        return self._shown("DELETED", event.item) if was else b""

    def _shown(self, type_, item):
        return views.event(type_, views.shown(self._place.kind, self._place.version, item))

    def _bookmark(self):
        kind, version = self._place.kind, self._place.version
        item = {
            "kind": kind.kind, "apiVersion": kind.api_version(version),
            "metadata": {"resourceVersion": str(self._store.version), "creationTimestamp": None},
        }  # fmt: skip
        return views.event("BOOKMARK", item)
