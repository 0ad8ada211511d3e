"""Gateways on a cluster: what keeps one from starting, an API that is away, two side by side."""

import asyncio
import logging
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest

from dcf.archive import Entry, pack
from dcf.errors import CannotStart
from dcf.gateway.provider_choice import provider_of
from dcf.gateway.server import Server
from dcf.gateway.settings import Settings
from dcf.providers.kubernetes import leader
from dcf.providers.kubernetes.provider import KubernetesProvider, _kept_up
from dcf.providers.kubernetes.settings import ClusterSettings
from tests.dcf.providers.kubernetes.api_server import refuses, serving
from tests.dcf.providers.kubernetes.test_connection import written
from tests.dcf.providers.kubernetes.test_discovery import groups
from tests.kubernetes.fake.cluster import Cluster
from tests.kubernetes.fake.kubelet.images import WATCHER
from tests.waiting import until_async

HANDLER = """
import os, time

def handle(body):
    if body:  # a folder: wait until a file is there
        with open(os.path.join(body, str(time.monotonic_ns())), "w"):
            pass
        while not os.path.exists(os.path.join(body, "go")):
            time.sleep(0.01)
    return os.environ.get("SAYS", "first")
"""
# A page of metrics that does not answer takes three seconds, and tells of no call: some are slow.
LABELS = {
    "com.openfaas.scale.zero": "true", "com.openfaas.scale.type": "capacity",
    "com.openfaas.scale.target": "2", "com.openfaas.scale.max": "3",
    "com.openfaas.scale.zero-duration": "8s", "com.openfaas.scale.down.window": "0s",
}  # fmt: skip


def run(steps):
    asyncio.run(asyncio.wait_for(steps, 90))


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    monkeypatch.setattr(leader, "_RETRY_SECONDS", 0.1)
    cluster = Cluster(tmp_path / "pods", {"dcf/watcher": WATCHER})
    yield cluster
    cluster.close()


class Running:
    """A gateway, and requests to it."""

    def __init__(self, server, session):
        self.server, self._session = server, session

    async def ask(self, method, path, **more):
        async with self._session.request(method, self.server.rest + path, **more) as answer:
            return answer.status, await answer.text()

    async def call(self, body=b""):
        return await self.ask("POST", "/function/echo", data=body)

    async def state(self):
        async with self._session.get(f"{self.server.rest}/system/function/echo") as answer:
            return await answer.json() if answer.status == 200 else {}

    async def is_ready(self, replicas=1, revision=1):
        state = await self.state()
        found = state.get("rollout"), state.get("availableReplicas"), state.get("revision")
        return found == ("ready", replicas, revision)

    @property
    def leads(self):
        return self.server._upstream._gateway.leads


@asynccontextmanager
async def gateways(cluster, folder, count=1):
    kubeconfig = str(cluster.kubeconfig(folder / "kubeconfig"))
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        found = []
        for number in range(count):
            settings = Settings(
                port=0, grpc_port=0, provider="kubernetes", home=folder / f"home-{number}",
                min_ready_seconds=0, cluster=ClusterSettings(kubeconfig),
            )  # fmt: skip
            server = Server(settings, provider_of(settings))
            await server.start()
            stack.push_async_callback(server.stop)
            found.append(Running(server, session))
        yield found


@pytest.fixture
def archive(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "handler.py").write_text(HANDLER)
    return pack(tmp_path, Entry("./src", "handler.py", "handle"), (), ())


async def deployed(gateway, archive, **more):
    assert await gateway.ask("PUT", f"/system/archives/{archive.digest}", data=archive.data) == (
        201,
        "",
    )
    spec = {"service": "echo", "image": archive.image, **more}
    assert (await gateway.ask("POST", "/system/functions", json=spec))[0] == 202


def start_of(settings):
    async def steps():
        provider = KubernetesProvider(settings, {})
        with pytest.raises(CannotStart) as caught:
            await provider.start()
        assert "\n" not in caught.value.message
        return caught.value.message

    return steps()


def test_a_gateway_that_cannot_start_says_why_in_one_line(tmp_path):
    async def steps():
        words = await start_of(ClusterSettings(str(tmp_path / "none")))
        assert "none is no file: name one by --kubeconfig or KUBECONFIG" in words
        words = await start_of(written(tmp_path, "http://127.0.0.1:1", {}))
        assert words.startswith("the Kubernetes API at http://127.0.0.1:1 does not answer: ")
        async with serving() as server:
            settings = written(tmp_path, server.url, {})
            server.says("GET", "/apis", refuses(401, "Unauthorized", "Unauthorized"))
            assert "it does not know who asks" in await start_of(settings)
            server.says("GET", "/apis", (200, groups(discovery=["v1"])))
            no = 'pods is forbidden: User "u" cannot list resource "pods" in API group ""'
            for kind, path in (("deployments", "/apis/apps/v1"), ("replicasets", "/apis/apps/v1")):
                whole = f"{path}/namespaces/functions/{kind}"
                server.says("GET", whole, (200, {"metadata": {"resourceVersion": "1"}}))
            server.says("GET", "/api/v1/namespaces/functions/pods", refuses(403, "Forbidden", no))
            words = await start_of(settings)
            assert 'cannot list resource "pods"' in words
            assert "deploy/kubernetes has a role" in words

    run(steps())


def test_while_the_api_is_away_calls_are_answered_and_changes_are_503(cluster, tmp_path, archive):
    async def steps():
        async with gateways(cluster, tmp_path) as (gateway,):
            await deployed(gateway, archive)
            await until_async(gateway.is_ready)
            cluster.stop_api()
            assert [await gateway.call() for _ in range(20)] == [(200, "first")] * 20
            status, words = await gateway.ask(
                "PUT", "/system/functions", json={"service": "echo", "image": archive.image}
            )
            assert (status, words.count("\n")) == (503, 1)
            assert "does not answer" in words
            assert (await gateway.state())["availableReplicas"] == 1
            cluster.start_api()
            changed = {"service": "echo", "image": archive.image, "envVars": {"SAYS": "second"}}

            async def is_taken():
                return (await gateway.ask("PUT", "/system/functions", json=changed))[0] == 202

            await until_async(is_taken)
            await until_async(lambda: gateway.is_ready(revision=2))
            assert await gateway.call() == (200, "second")

    run(steps())


def test_a_gateway_that_starts_again_finds_everything(cluster, tmp_path, archive):
    async def steps():
        async with gateways(cluster, tmp_path) as (gateway,):
            await deployed(gateway, archive, labels={"a": "b"})
            await until_async(gateway.is_ready)
            before = await gateway.state()
        async with gateways(cluster, tmp_path) as (gateway,):
            found = await gateway.state()
            for each in (found, before):
                each.pop("invocationCount", None)
            assert found == before
            assert await gateway.call() == (200, "first")

    run(steps())


def test_two_gateways_show_the_same_and_when_one_ends_the_other_leads(cluster, tmp_path, archive):
    async def steps():
        async with gateways(cluster, tmp_path, 2) as both:
            one, other = both
            await until_async(lambda: one.leads != other.leads)
            leads, follows = (one, other) if one.leads else (other, one)
            await deployed(follows, archive)
            await until_async(leads.is_ready)
            await until_async(follows.is_ready)
            assert await leads.call() == await follows.call() == (200, "first")
            await leads.server.stop()
            await until_async(lambda: follows.leads)
            changed = {"service": "echo", "image": archive.image, "envVars": {"SAYS": "second"}}
            assert (await follows.ask("PUT", "/system/functions", json=changed))[0] == 202
            await until_async(lambda: follows.is_ready(revision=2))
            assert await follows.call() == (200, "second")

    run(steps())


def test_calls_through_one_gateway_make_the_other_scale(cluster, tmp_path, archive):
    """From nothing, as one that does not lead wakes too, up by calls in flight, and back."""
    calls = tmp_path / "calls"
    calls.mkdir()

    async def steps():
        async with gateways(cluster, tmp_path, 2) as both:
            await until_async(lambda: both[0].leads != both[1].leads)
            leads, follows = both if both[0].leads else reversed(both)
            await deployed(leads, archive, labels=LABELS, envVars={"CONCURRENCY": "8"})

            async def is_ready():  # its replica may be gone as soon as it is
                return (await leads.state()).get("rollout") == "ready"

            await until_async(is_ready)

            async def replicas():
                return (await leads.state()).get("replicas", 0)

            async def has(count):
                return await replicas() == count

            await until_async(lambda: has(0))
            sent = [asyncio.create_task(follows.call(str(calls).encode())) for _ in range(5)]
            await until_async(lambda: len(list(calls.iterdir())) == 5)
            await until_async(lambda: has(3))
            (calls / "go").touch()
            assert await asyncio.gather(*sent) == [(200, "first")] * 5
            await until_async(lambda: has(0))

    run(steps())


def test_work_that_fails_begins_again(monkeypatch, caplog):
    monkeypatch.setattr("dcf.providers.kubernetes.provider._PAUSE_SECONDS", 0.0)
    tries = []

    async def work():
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError("broken")

    with caplog.at_level(logging.ERROR):
        run(_kept_up(work))
    assert len(tries) == 3
    assert caplog.text.count("begins again") == 2
