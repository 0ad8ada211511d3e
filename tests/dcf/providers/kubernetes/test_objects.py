"""Objects are written by kind and name, and what was written is seen afterwards."""

import asyncio

import pytest

from dcf.errors import InvalidRequest, NotFound
from dcf.providers.kubernetes.api import ApiError
from dcf.providers.kubernetes.objects import DEPLOYMENTS, SECRETS, SERVICES, is_conflict, is_taken
from tests.dcf.providers.kubernetes.api_server import run
from tests.dcf.providers.kubernetes.on_cluster import cluster_in, deployment, put, service
from tests.dcf.providers.kubernetes.working import working


@pytest.fixture
def cluster(tmp_path):
    with cluster_in(tmp_path) as cluster:
        yield cluster


def test_paths_are_those_of_kubernetes(cluster):
    async def steps():
        async with working(cluster) as work:
            objects = work.parts.objects
            assert objects.path(SECRETS) == "/api/v1/namespaces/functions/secrets"
            assert objects.path(DEPLOYMENTS, "echo") == (
                "/apis/apps/v1/namespaces/functions/deployments/echo"
            )
            assert await objects.get(DEPLOYMENTS, "echo") is None
            await objects.delete(DEPLOYMENTS, "echo")

    run(steps())


def test_what_was_written_is_seen_at_once(cluster):
    async def steps():
        async with working(cluster, leads=False) as work:
            objects, view = work.parts.objects, work.parts.view
            written = await objects.create(DEPLOYMENTS, deployment())
            await objects.seen("echo", written)
            assert view.deployments.get("echo").uid == written["metadata"]["uid"]
            scaled = await objects.patch(DEPLOYMENTS, "echo", {"spec": {"replicas": 0}}, "/scale")
            await objects.seen("echo", scaled)
            assert view.deployments.get("echo").replicas == 0
            await objects.delete(DEPLOYMENTS, "echo")
            await objects.unseen("echo", "echo", written["metadata"]["uid"])
            assert view.deployments.get("echo") is None

    run(steps())


def test_a_view_that_lags_holds_nobody_up_for_ever(cluster, monkeypatch):
    monkeypatch.setattr("dcf.providers.kubernetes.objects._SEEN_SECONDS", 0.05)

    async def steps():
        async with working(cluster, leads=False) as work:
            written = await work.parts.objects.create(DEPLOYMENTS, deployment())
            await work.parts.view.close()
            later = {"metadata": {"name": "echo", "resourceVersion": str(10**9)}}
            await work.parts.objects.seen("echo", later)
            await work.parts.objects.unseen("echo", "echo", written["metadata"]["uid"])

    run(steps())


def test_who_was_late_or_first_is_known(cluster):
    async def steps():
        async with working(cluster, leads=False) as work:
            objects = work.parts.objects
            first = await objects.create(DEPLOYMENTS, deployment())
            with pytest.raises(ApiError) as taken:
                await objects.create(DEPLOYMENTS, deployment())
            assert is_taken(taken.value)
            await objects.patch(DEPLOYMENTS, "echo", {"metadata": {"annotations": {"a": "1"}}})
            with pytest.raises(ApiError) as late:
                await objects.replace(DEPLOYMENTS, first)
            assert is_conflict(late.value)
            with pytest.raises(InvalidRequest, match="refused"):
                await objects.create(SECRETS, {"kind": "Secret", "metadata": {"name": "A b"}})

    run(steps())


def test_a_service_is_made_again_where_it_is_of_a_function_before(cluster):
    async def steps():
        async with working(cluster, leads=False) as work:
            objects = work.parts.objects
            old = service() | {"apiVersion": "v1"}
            await objects.create(SERVICES, old)
            made = await objects.create(DEPLOYMENTS, deployment())
            owner = {
                "apiVersion": "apps/v1", "kind": "Deployment", "name": "echo",
                "uid": made["metadata"]["uid"],
            }  # fmt: skip
            wanted = service()
            wanted["metadata"]["ownerReferences"] = [owner]
            await asyncio.gather(*(objects.ensure_service(wanted) for _ in range(2)))
            found = await objects.get(SERVICES, "echo")
            assert found["metadata"]["ownerReferences"] == [owner]

    run(steps())


def test_a_revision_that_is_not_kept_has_no_replica_set(cluster):
    async def steps():
        async with working(cluster, leads=False) as work:
            await work.parts.objects.seen("echo", await put(work.api))
            with pytest.raises(NotFound, match="no ReplicaSet of 7 any more"):
                await work.parts.objects.replica_set_of(work.parts.view.of("echo"), 7)

    run(steps())
