"""The kubelet: runs the pods of all nodes as programs of this machine."""

import asyncio
import traceback
from dataclasses import dataclass

from tests.kubernetes.fake import kinds
from tests.kubernetes.fake.controllers.work import Work
from tests.kubernetes.fake.kubelet.addresses import Addresses
from tests.kubernetes.fake.kubelet.logs import log_of
from tests.kubernetes.fake.kubelet.runner import Runner
from tests.kubernetes.fake.status import not_found
from tests.kubernetes.fake.store import key_of


@dataclass(frozen=True)
class Speed:
    """In seconds, how fast things happen that last long on a real cluster for the sake of its load.

    Attributes:
        probe: Longest time between two probes that may become successes.
        sync: Until what was missing is looked for again.
        backoff: First pause before a container that ends again is started; 10 on a real cluster.
        longest: Longest such pause; 300 on a real cluster.
        steady: Time after which a container that ends counts as one that never did; 600.
    """

    probe: float = 0.05
    sync: float = 0.2
    backoff: float = 1.0
    longest: float = 5.0
    steady: float = 60.0


class Kubelet:
    """Runs every pod that has a node."""

    def __init__(self, api, folder, images, speed=None):
        self._api, self._store, self._folder, self._images = api, api.store, folder, images
        self._speed, self._addresses = speed or Speed(), Addresses()
        self._runners, self._leaving, self._is_closed = {}, set(), False
        self.work = Work(self._look)

    def hear(self, event):
        """Look at a pod that changed, and at what pods have of Secrets and ConfigMaps."""
        if event.kind is kinds.POD:
            self.work.add(event.item["metadata"]["uid"])
        elif event.kind in {kinds.SECRET, kinds.CONFIG_MAP} and event.type != "ADDED":
            for runner in self._runners.values():
                if runner.pod["metadata"]["namespace"] == event.item["metadata"]["namespace"]:
                    runner.refresh()

    async def logs(self, pod, query):
        """The lines of a container's log."""
        runner = self._runners.get(pod["metadata"]["uid"])
        if runner is None:
            raise not_found(kinds.POD, pod["metadata"]["name"])
        return log_of(runner, query.get("container", ""), query).read(query)

    async def close(self):
        """End every pod now."""
        self._is_closed = True
        runners, self._runners = list(self._runners.values()), {}
        await asyncio.gather(*(each.kill() for each in runners), *self._leaving)

    def _look(self, uid):
        place, runner = self._store.place_of(uid), self._runners.get(uid)
        if place is None:
            if runner is not None:
                del self._runners[uid]
                leaving = asyncio.get_running_loop().create_task(runner.kill())
                self._leaving.add(leaving)
                leaving.add_done_callback(self._leaving.discard)
            return
        pod = self._store.get(*place[:1], *place[1])
        metadata = pod["metadata"]
        if self._is_closed:
            return
        if runner is None and pod["spec"].get("nodeName") and "deletionTimestamp" not in metadata:
            folder = self._folder / metadata["uid"]
            self._runners[uid] = Runner(
                self._api, pod, folder, self._addresses.take(), self._images, self._speed
            )
            self._runners[uid].task.add_done_callback(self._note)
        elif runner is not None and "deletionTimestamp" in metadata:
            runner.end(metadata["deletionGracePeriodSeconds"])
        elif "deletionTimestamp" in metadata and key_of(pod):
            self._store.remove(kinds.POD, pod)  # it was deleted before anything of it ran

    def _note(self, task):
        """A fault of the kubelet itself, which the test that ends shows."""
        if not task.cancelled() and (fault := task.exception()):
            self.work.faults.append("".join(traceback.format_exception(fault)))
