"""A whole cluster in this process: its API on a loopback port, its controllers, its pods.

It runs in a thread of its own, so that a test may be a program, a loop, or neither.
"""

import asyncio
import json
import threading
from contextlib import contextmanager

from tests.kubernetes.fake import kinds
from tests.kubernetes.fake.controllers.deployments import Deployments
from tests.kubernetes.fake.controllers.endpoints import ServiceEndpoints
from tests.kubernetes.fake.controllers.garbage import Garbage
from tests.kubernetes.fake.controllers.replica_sets import ReplicaSets
from tests.kubernetes.fake.controllers.scheduler import Scheduler
from tests.kubernetes.fake.controllers.work import is_active
from tests.kubernetes.fake.kubelet.images import WATCHER
from tests.kubernetes.fake.kubelet.kubelet import Kubelet
from tests.kubernetes.fake.resources import Resources
from tests.kubernetes.fake.server import Fault, Server
from tests.kubernetes.fake.store import Store

NAMESPACE = "functions"
_SECONDS = 30


class Cluster:
    """Starts with a namespace, `functions`, and one node; ends with all of its pods.

    Attributes:
        api: The verbs, to be used in the cluster's own thread; see `do`.
    """

    def __init__(self, folder, images, *, versions=None, speed=None):
        """Begins to run.

        Args:
            folder: Where pods have their files.
            images: What runs in them, by name; see `kubelet/images.py`.
            versions: Served by group, where not all that there are.
            speed: How fast a kubelet tries again; see `kubelet/kubelet.py`.
        """
        self.api = Resources(Store())
        self._kubelet = Kubelet(self.api, folder, images, speed)
        self._server = Server(self.api, kinds.Served(versions), self._kubelet.logs)
        self._endpoints = ServiceEndpoints(self.api)
        self._controllers = [
            Deployments(self.api), ReplicaSets(self.api), self._endpoints, Garbage(self.api),
            Scheduler(self.api), self._kubelet,
        ]  # fmt: skip
        self._loop, self._begun = asyncio.new_event_loop(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="cluster", daemon=True)
        self._thread.start()
        self._begun.wait(_SECONDS)
        self.wait(self._server.start())

    @property
    def url(self):
        """Where the API is."""
        return f"http://127.0.0.1:{self._server.port}"

    def kubeconfig(self, path):
        """Write a kubeconfig that leads here; gives its path."""
        named = {
            "clusters": [{"name": "memory", "cluster": {"server": self.url}}],
            "users": [{"name": "tests", "user": {"token": "unused"}}],
            "contexts": [
                {
                    "name": "memory",
                    "context": {"cluster": "memory", "user": "tests", "namespace": NAMESPACE},
                }
            ],
        }
        config = {"apiVersion": "v1", "kind": "Config", "current-context": "memory", **named}
        path.write_text(json.dumps(config))
        return path

    @property
    def requests(self):
        """Method and path of all requests so far."""
        return list(self._server.requests)

    def add_node(self, name, labels=None, taints=(), **room):
        """Have another node, with so much room: `cpu`, `memory`, `gpu`."""
        room = {"nvidia.com/gpu" if key == "gpu" else key: value for key, value in room.items()}
        allocatable = {"cpu": "64", "memory": "256Gi", "pods": "500"} | room
        names = {"kubernetes.io/hostname": name} | (labels or {})
        body = {"metadata": {"name": name, "labels": names}, "spec": {"taints": list(taints)}}
        self.do(self._add_node, body, {"allocatable": allocatable, "capacity": allocatable})

    def pods(self):
        """Names of all pods that were not told to end."""
        found = self.do(self.api.store.list, kinds.POD)
        return [each["metadata"]["name"] for each in found if is_active(each)]

    def slice_size(self, most):
        """Have at most so many endpoints in a slice."""
        self._endpoints.per_slice = most

    def stop_api(self):
        """The API server is away: connections are refused."""
        self.wait(self._server.stop())

    def start_api(self):
        """It is there again, on the same port."""
        self.wait(self._server.start())

    def fail(self, fault):
        """The API server has a fault from now on; `Fault.NONE` for none."""
        self.do(self._server.fail, fault)

    def drop_watches(self):
        """Every request under way breaks off."""
        self.do(self._server.drop)

    def compact(self):
        """What happened until now is forgotten: watches break off, and cannot go on from there."""
        self.do(self.api.store.compact)
        self.drop_watches()

    def do(self, function, *arguments):
        """Call a function in the cluster's thread."""

        async def called():
            return function(*arguments)

        return self.wait(called())

    def wait(self, steps):
        """Run a coroutine in the cluster's thread."""
        return asyncio.run_coroutine_threadsafe(steps, self._loop).result(_SECONDS)

    def close(self):
        """End it and everything it runs. Says if a controller went wrong."""
        self.stop_api()
        self._server.leave()
        self.wait(self._kubelet.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_SECONDS)
        faults = [fault for each in self._controllers for fault in each.work.faults]
        assert not faults, "\n".join(faults)

    def _add_node(self, body, status):
        node = self.api.create(kinds.NODE, "", body)
        self.api.store.change(kinds.NODE, node, lambda newer: newer.update(status=status))

    def _run(self):
        asyncio.set_event_loop(self._loop)
        running = [self._loop.create_task(each.work.run()) for each in self._controllers]
        for each in self._controllers:
            self.api.store.listen(each.hear)
        self.api.create(kinds.NAMESPACE, "", {"metadata": {"name": NAMESPACE}})
        node = {
            "metadata": {"name": "node-1", "labels": {"kubernetes.io/hostname": "node-1"}},
            "spec": {},
        }
        room = {"cpu": "64", "memory": "256Gi", "pods": "500"}
        self._add_node(node, {"allocatable": room, "capacity": room})
        self._loop.call_soon(self._begun.set)
        self._loop.run_forever()
        left = asyncio.all_tasks(self._loop) | set(running)  # watches that break off, among them
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


@contextmanager
def cluster_in(folder, images=None):
    """One that runs this checkout's watcher, and other images, with its pods below a folder."""
    cluster = Cluster(folder / "pods", {"dcf/watcher": WATCHER} | (images or {}))
    try:
        yield cluster
    finally:
        cluster.close()


def on_cluster(cluster, folder):
    """Flags of a gateway for a cluster; its kubeconfig is written into a folder."""
    return "--provider", "kubernetes", "--kubeconfig", cluster.kubeconfig(folder / "kubeconfig")


__all__ = ["NAMESPACE", "Cluster", "Fault", "cluster_in", "on_cluster"]
