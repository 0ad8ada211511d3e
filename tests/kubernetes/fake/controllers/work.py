"""What controllers share: keys that wait to be looked at, one after the other, and again later."""

import asyncio
import contextlib
import traceback


class Work:
    """Calls a function with every key that was added, once however often it was added meanwhile."""

    def __init__(self, look):
        """`look` takes a key; what it gives, if anything, is in how many seconds to look again."""
        self._look, self._waiting, self._later = look, {}, {}
        self._has_work = asyncio.Event()
        self.faults = []

    def add(self, key):
        """Look at a key soon."""
        self._waiting[key] = None
        self._has_work.set()

    async def run(self):
        """Look at keys until it is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await self._has_work.wait()
            while self._waiting:
                key = next(iter(self._waiting))
                del self._waiting[key]
                with contextlib.suppress(KeyError):
                    self._later.pop(key).cancel()
                seconds = self._looked(key)
                if seconds is not None:
                    self._later[key] = loop.call_later(max(seconds, 0.01), self.add, key)
                await asyncio.sleep(0)
            self._has_work.clear()

    def _looked(self, key):
        try:
            return self._look(key)
        except Exception:
            self.faults.append(traceback.format_exc())
            return 1.0


def controller_of(item, kind):
    """Name and uid of the owner of that kind, or None."""
    for owner in item["metadata"].get("ownerReferences", ()):
        if owner.get("controller") and owner["kind"] == kind.kind:
            return owner
    return None


def owned_by(kind, item):
    """The reference that a controller's own objects have to it."""
    metadata = item["metadata"]
    return {
        "apiVersion": kind.api_version(), "kind": kind.kind, "name": metadata["name"],
        "uid": metadata["uid"], "controller": True, "blockOwnerDeletion": True,
    }  # fmt: skip


def is_active(pod):
    """Whether a pod counts: it has not ended and was not told to."""
    ended = pod.get("status", {}).get("phase") in {"Succeeded", "Failed"}
    return not ended and "deletionTimestamp" not in pod["metadata"]


def is_ready(pod):
    """Whether it takes calls."""
    return condition(pod, "Ready").get("status") == "True"


def condition(item, type_):
    """A condition of an object; empty where it has none."""
    found = (each for each in item.get("status", {}).get("conditions", ()) if each["type"] == type_)
    return next(found, {})
