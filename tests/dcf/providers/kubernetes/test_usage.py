"""What pods use: from their own pages, and from the cluster where they have none."""

import asyncio
import dataclasses
from contextlib import asynccontextmanager

import pytest

from dcf.errors import NotFound
from dcf.providers.consumption import Consumptions
from dcf.providers.kubernetes import usage
from dcf.providers.kubernetes.pages import Pages
from dcf.providers.kubernetes.routing import Routes
from dcf.providers.kubernetes.usage import PodUsage, amount
from dcf.providers.kubernetes.view import View
from tests.dcf.providers.kubernetes.on_cluster import APPS, SPEC, api_of, cluster_in, put, viewing
from tests.kubernetes.fake.cluster import Cluster
from tests.kubernetes.fake.kubelet.images import program
from tests.waiting import until_async

# Takes calls and tells its metrics; uses a second of processor time each time that it is asked.
PROGRAM = """
import http.server, os, threading
spent = 0
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global spent
        spent += 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"process_cpu_seconds_total %d\\n" % spent)
        self.wfile.write(b"process_resident_memory_bytes 1048576\\n")
        self.wfile.write(b"process_start_time_seconds 1e9\\n")
    def log_message(self, *words): pass
for port in (8080, 8081):
    server = http.server.ThreadingHTTPServer((os.environ["HOST"], port), Page)
    threading.Thread(target=server.serve_forever).start()
"""
TOLD = dataclasses.replace(SPEC, image="told:1", env={"METRICS_PORT": "8081"})


@pytest.fixture
def cluster(tmp_path):
    cluster = Cluster(tmp_path, {"told": program("-c", PROGRAM, HOST="0.0.0.0")})  # its own
    yield cluster
    cluster.close()


@asynccontextmanager
async def using(cluster, replicas, spec=TOLD, metrics=""):
    view = View()
    routes, pages = Routes(view), Pages()
    async with api_of(cluster) as api, viewing(api, view=view):
        await put(api, replicas, spec=spec)
        await until_async(lambda: len(view.pods.of("echo")) == replicas)
        await until_async(lambda: len(routes._targets.get("echo", ())) == replicas)
        try:
            yield api, PodUsage(api, view, routes, pages, metrics=metrics)
        finally:
            await pages.close()


async def answering(found, replicas):
    """Wait until all programs listen: they are ready at once, without a probe."""
    await until_async(lambda: _all(found, replicas))


async def _all(found, replicas):
    return len((await found.all())["echo"]) == replicas


def run(steps):
    asyncio.run(asyncio.wait_for(steps, 60))


def test_replicas_tell_what_they_use(cluster, monkeypatch):
    async def steps():
        async with using(cluster, 2) as (api, found):
            await answering(found, 2)
            before = await Consumptions(found.all).consumption()
            assert before["echo"].memory_bytes == 2 << 20
            monkeypatch.setattr(usage, "_SHORTEST_SECONDS", 60.0)
            used = await found.of("echo")
            assert used.memory_bytes == 2 << 20
            assert 0 < used.cpu_millicores < 1  # a few seconds since 2001
            assert (await found.of("echo")).cpu_millicores == used.cpu_millicores
            monkeypatch.setattr(usage, "_SHORTEST_SECONDS", 0.0)
            assert (await found.of("echo")).cpu_millicores > 30  # two seconds in less than 60
            await api.patch(f"{APPS}/deployments/echo", {"spec": {"replicas": 0}})
            await until_async(lambda: _all(found, 0))
            assert (await found.of("echo")).memory_bytes == 0
            with pytest.raises(NotFound):
                await found.of("nope")
            await api.delete(f"{APPS}/deployments/echo")
            await until_async(lambda: _none(found))

    run(steps())


async def _none(found):
    return await found.all() == {}


def test_one_that_does_not_answer_uses_what_it_did_before(cluster, monkeypatch):
    async def steps():
        async with using(cluster, 1) as (_, found):
            await answering(found, 1)
            before = (await found.all())["echo"]
            monkeypatch.setattr(Pages, "numbers", nothing)
            assert (await found.all())["echo"].keys() == before.keys()
            assert (await found.of("echo")).memory_bytes == 1 << 20

    async def nothing(*_):
        return {}

    run(steps())


def test_of_others_the_cluster_knows_it(tmp_path, monkeypatch):
    measured = {
        "metadata": {"name": ""},
        "containers": [{"usage": {"cpu": "250m", "memory": "64Mi"}}],
    }

    async def steps(cluster):
        async with using(cluster, 1, SPEC, "v1beta1") as (api, found):
            (pod,) = (await api.get("/api/v1/namespaces/functions/pods"))["items"]
            measured["metadata"]["name"] = pod["metadata"]["name"]

            async def get(path, **_):
                assert path == "/apis/metrics.k8s.io/v1beta1/namespaces/functions/pods"
                return {"items": [measured]}

            monkeypatch.setattr(api, "get", get)
            await found.all()
            used = await found.of("echo")
            assert used.memory_bytes == 64 << 20
            ((seconds, _),) = (await found.all())["echo"].values()
            ((later, _),) = (await found.all())["echo"].values()
            assert 0 <= seconds <= later

    with cluster_in(tmp_path) as cluster:
        run(steps(cluster))


def test_a_cluster_that_does_not_say_is_no_fault(tmp_path):
    async def steps(cluster):
        async with using(cluster, 1, SPEC, "v1beta1") as (_, found):
            assert await found.all() == {"echo": {}}
            assert (await found.of("echo")).memory_bytes == 0

    with cluster_in(tmp_path) as cluster:
        run(steps(cluster))


@pytest.mark.parametrize(
    ("quantity", "number"),
    [
        ("1", 1.0), ("250m", 0.25), ("123456789n", 0.123456789), ("64Mi", 64 << 20), ("1k", 1000.0),
        ("0", 0.0), ("", 0.0), ("many", 0.0),
    ],
)  # fmt: skip
def test_quantities_are_numbers(quantity, number):
    assert amount(quantity) == pytest.approx(number)
