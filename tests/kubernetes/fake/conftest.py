"""A cluster in memory, and a way to ask its API as any client does."""

import json
import urllib.error
import urllib.request

import pytest

from tests.kubernetes.fake.cluster import NAMESPACE, Cluster
from tests.kubernetes.fake.kubelet.images import Image, program
from tests.waiting import until

HOLLOW = Image(())


class Asker:
    """Asks one API server; answers with status and JSON."""

    def __init__(self, cluster):
        self._cluster = cluster

    def __call__(self, method, path, body=None, kind="application/json"):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": kind}
        request = urllib.request.Request(self._cluster.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)

    def get(self, path):
        """What is there; there must be something."""
        status, found = self("GET", path)
        assert status == 200, found
        return found

    def items(self, path):
        """The objects of a list."""
        return self.get(path)["items"]

    def create(self, path, body):
        """The new object."""
        status, made = self("POST", path, body)
        assert status == 201, made
        return made

    def patch(self, path, body):
        """Status and answer of a merge patch."""
        return self("PATCH", path, body, "application/merge-patch+json")

    def watch(self, path):
        """The events of a watch that ends by itself."""
        with urllib.request.urlopen(self._cluster.url + path, timeout=20) as reply:
            return [json.loads(line) for line in reply]

    def text(self, path):
        """What is there as text."""
        with urllib.request.urlopen(self._cluster.url + path, timeout=20) as reply:
            return reply.read().decode()


class Functions:
    """Deployments of one container, and what becomes of them."""

    PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
    SETS = f"/apis/apps/v1/namespaces/{NAMESPACE}/replicasets"
    DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"

    def __init__(self, ask):
        self._ask = ask

    def body(self, version="1", image="hollow", replicas=2, pod=None, **container):
        """A Deployment called echo; another version has another template."""
        env = [{"name": "VERSION", "value": version}]
        container = {"name": "function", "image": image, "env": env} | container
        spec = {"terminationGracePeriodSeconds": 5, "containers": [container]} | (pod or {})
        strategy = {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
        return {
            "metadata": {"name": "echo"},
            "spec": {
                "replicas": replicas, "strategy": strategy, "progressDeadlineSeconds": 60,
                "selector": {"matchLabels": {"app": "echo"}},
                "template": {"metadata": {"labels": {"app": "echo"}}, "spec": spec},
            },
        }  # fmt: skip

    def deploy(self, **given):
        """Create the Deployment and wait until its pods take calls."""
        self._ask.create(self.DEPLOYMENTS, self.body(**given))
        return self.complete()

    def update(self, **given):
        """Change its template."""
        status, changed = self._ask.patch(f"{self.DEPLOYMENTS}/echo", self.body(**given))
        assert status == 200, changed

    def now(self):
        """The Deployment."""
        return self._ask.get(f"{self.DEPLOYMENTS}/echo")

    def complete(self):
        """Wait until all its pods are new and ready."""
        return until(self._complete, said=lambda: self.now()["status"])

    def _complete(self):
        item = self.now()
        status, wanted = item.get("status", {}), item["spec"]["replicas"]
        keys = ("replicas", "updatedReplicas", "availableReplicas")
        is_seen = status.get("observedGeneration") == item["metadata"]["generation"]
        return item if is_seen and all(status.get(key, 0) == wanted for key in keys) else None

    def pods(self):
        """The pods that were not told to end, by name."""
        items = self._ask.items(self.PODS)
        return {
            each["metadata"]["name"]: each
            for each in items
            if "deletionTimestamp" not in each["metadata"]
        }

    def sets(self):
        """The ReplicaSets, by revision."""
        number = "deployment.kubernetes.io/revision"
        items = self._ask.items(self.SETS)
        return {int(each["metadata"]["annotations"][number]): each for each in items}

    def container(self):
        """The status of the container of the only pod."""
        pods = list(self.pods().values())
        statuses = pods[0].get("status", {}).get("containerStatuses") if len(pods) == 1 else None
        return statuses[0] if statuses else None

    def reason(self):
        """Why that container waits; empty while it does not."""
        found = self.container()
        return found["state"].get("waiting", {}).get("reason", "") if found else ""


@pytest.fixture
def images():
    """What there is to run; a test may add to it."""
    return {"hollow": HOLLOW, "program": program("-c", "print('up', flush=True); input()")}


@pytest.fixture
def cluster(tmp_path, images):
    made = Cluster(tmp_path / "pods", images)
    yield made
    made.close()


@pytest.fixture
def ask(cluster):
    return Asker(cluster)


@pytest.fixture
def functions(ask):
    return Functions(ask)
