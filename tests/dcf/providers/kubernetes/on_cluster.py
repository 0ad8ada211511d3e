"""A cluster in memory and an API to it, and functions put there as `kubectl apply` would."""

from contextlib import asynccontextmanager, contextmanager

import httpx2

from dcf.providers.kubernetes import names
from dcf.providers.kubernetes.cluster_api import ClusterApi
from dcf.providers.kubernetes.discovery import discovered
from dcf.providers.kubernetes.view import View
from dcf.providers.placement import FunctionSpec
from tests.dcf.providers.kubernetes import objects
from tests.kubernetes.fake.cluster import Cluster
from tests.kubernetes.fake.kubelet.images import Image

IDLE = "idle:1"
SPEC = FunctionSpec("echo", IDLE)
APPS, CORE = "/apis/apps/v1/namespaces/functions", "/api/v1/namespaces/functions"
LOST = "lost:1"  # no image of that name


@contextmanager
def cluster_in(folder, **more):
    """One whose pods run nothing."""
    cluster = Cluster(folder, {"idle": Image(())}, **more)
    try:
        yield cluster
    finally:
        cluster.close()


@asynccontextmanager
async def api_of(cluster):
    """Requests to it."""
    api = ClusterApi(httpx2.AsyncClient(base_url=cluster.url, timeout=5), "functions")
    try:
        yield api
    finally:
        await api.close()


@asynccontextmanager
async def viewing(api, *hear, view=None):
    """A view that follows it."""
    view = view or View()
    for each in hear:
        view.listen(each)
    await view.open(api, await discovered(api))
    try:
        yield view
    finally:
        await view.close()


def deployment(replicas=1, revision=1, track=names.STABLE, spec=SPEC):
    """A function's Deployment, as the provider makes it."""
    made = objects.deployment(revision, replicas, spec, track)
    labels = {names.FUNCTION: spec.name, names.TRACK: track}
    meta = {key: made["metadata"][key] for key in ("name", "labels")}
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    template = objects.template(revision, spec, track)
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta,
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": labels}, "template": template,
            "strategy": strategy,
        },
    }  # fmt: skip


def service(name="echo", function="echo", track=names.STABLE):
    labels = {names.FUNCTION: function, names.TRACK: track}
    ports = [{"name": "http", "port": 8080, "targetPort": 8080}]
    return {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "labels": labels},
        "spec": {"selector": labels, "ports": ports},
    }  # fmt: skip


async def put(api, replicas=1, revision=1, track=names.STABLE, spec=SPEC):
    """Have a function, or another revision of it; gives its Deployment."""
    made = deployment(replicas, revision, track, spec)
    name = made["metadata"]["name"]
    if revision == 1 or track == names.CANDIDATE:
        await api.create(f"{CORE}/services", service(name, spec.name, track))
        return await api.create(f"{APPS}/deployments", made)
    spec = {"template": made["spec"]["template"], "replicas": replicas}
    return await api.patch(f"{APPS}/deployments/{name}", {"spec": spec})
