"""One pod on its node: volumes, init containers, containers, and its status until it is gone."""

import asyncio
import contextlib
import shutil
from pathlib import Path

from tests.kubernetes.fake import kinds
from tests.kubernetes.fake.kubelet.complaints import complain
from tests.kubernetes.fake.kubelet.container import Container
from tests.kubernetes.fake.kubelet.volumes import Missing, Volumes
from tests.kubernetes.fake.store import now


class Runner:
    """Runs a pod.

    Attributes:
        pod: As it is when it is begun.
        address: Its own.
        folder: Where its files are.
        outside: What lies below is the same in every container, such as folders of tests.
        speed: How fast it tries again.
        images: What there is to run.
        task: Runs it.
    """

    def __init__(self, api, pod, folder, address, images, speed):
        self._api, self.store, self.folder, self.address = api, api.store, folder, address
        self.images, self.speed = images, speed
        self.outside = Path(*folder.parts[:3])
        self.pod = pod | {"status": pod.get("status", {}) | {"podIP": address}}
        self.grace = pod["spec"]["terminationGracePeriodSeconds"]
        self.volumes = Volumes(api.store, pod, folder)
        self._begun = now()
        make = self._container
        self._inits = [make(each) for each in pod["spec"].get("initContainers", ())]
        self._containers = [make(each) for each in pod["spec"]["containers"]]
        for each in self._containers if self._inits else ():
            each.state = {"waiting": {"reason": "PodInitializing"}}
        self._ending = None
        self.task = asyncio.create_task(self._live(), name=self.title)

    @property
    def title(self):
        """What messages call it."""
        metadata = self.pod["metadata"]
        return f"{metadata['name']}_{metadata['namespace']}({metadata['uid']})"

    def container(self, name):
        """The container of a name; the first one where none is given, None if there is none."""
        every = [*self._containers, *self._inits]
        return next((each for each in every if name in {"", each.name}), None)

    def complain(self, reason, message):
        """Write an event about the pod."""
        complain(self._api, self.pod, reason, message)

    def refresh(self):
        """Bring its volumes to what their sources are now."""
        if self.task.done() or self._ending is None:
            with contextlib.suppress(Missing):
                self.volumes.write()

    def end(self, seconds):
        """End it within so many seconds; then it is deleted."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._end(seconds))

    async def kill(self):
        """End it now."""
        for task in filter(None, (self.task, self._ending)):
            task.cancel()
        for each in [*self._inits, *self._containers]:
            each.kill()
        await asyncio.gather(*filter(None, (self.task, self._ending)), return_exceptions=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _container(self, spec):
        return Container(self, spec, self.tell)

    async def _live(self):
        (self.folder / "tmp").mkdir(parents=True)
        self.tell()
        while True:
            try:
                self.volumes.write()
                break
            except Missing as missing:
                self.complain("FailedMount", str(missing))
                await asyncio.sleep(self.speed.sync)
        for each in self._inits:
            await each.complete()
        for each in self._containers:
            each.state = {"waiting": {"reason": "ContainerCreating"}}
        async with asyncio.TaskGroup() as tasks:
            for each in self._containers:
                tasks.create_task(each.keep())

    async def _end(self, seconds):
        every = [*self._inits, *self._containers]
        await asyncio.gather(*(each.end(seconds) for each in every))
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.store.remove(kinds.POD, self.pod)

    def tell(self):
        """Write the pod's status."""
        self.store.change(kinds.POD, self.pod, self._edit)

    def _edit(self, pod):
        is_ready = all(each.is_ready for each in self._containers)
        done = all(
            "terminated" in each.state and not each.state["terminated"]["exitCode"]
            for each in self._inits
        )
        before = {each["type"]: each for each in pod.get("status", {}).get("conditions", ())}

        def told(type_, is_so, reason="", message=""):
            status = "True" if is_so else "False"
            known = before.get(type_, {})
            turned = known["lastTransitionTime"] if known.get("status") == status else now()
            words = {} if is_so else {"reason": reason, "message": message}
            return {"type": type_, "status": status, "lastTransitionTime": turned} | words

        unready = " ".join(each.name for each in self._containers if not each.is_ready)
        waiting = f"containers with unready status: [{unready}]"
        early = "containers with incomplete status"
        has_run = any("running" in each.state or each.logs for each in self._containers)
        status = {
            "phase": "Running" if has_run else "Pending", "startTime": self._begun,
            "hostIP": "127.0.0.1", "podIP": self.address, "podIPs": [{"ip": self.address}],
            "qosClass": "BestEffort",
            "conditions": [
                told("Initialized", done, "ContainersNotInitialized", early),
                told("Ready", is_ready, "ContainersNotReady", waiting),
                told("ContainersReady", is_ready, "ContainersNotReady", waiting),
                before.get("PodScheduled", told("PodScheduled", True)),
            ],
            "containerStatuses": [each.status for each in self._containers],
        }  # fmt: skip
        if self._inits:
            status["initContainerStatuses"] = [each.status for each in self._inits]
        pod["status"] = status
