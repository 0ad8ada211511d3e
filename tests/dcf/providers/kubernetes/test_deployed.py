"""A Deployment is written as it was decided on, or is decided on again."""

import asyncio

import pytest

from dcf.errors import AlreadyExists, NotFound
from dcf.providers.kubernetes import changes
from dcf.providers.kubernetes.api import ApiError
from dcf.providers.kubernetes.deployed import Deployed
from dcf.providers.kubernetes.objects import DEPLOYMENTS, SERVICES
from tests.dcf.providers.kubernetes.api_server import run
from tests.dcf.providers.kubernetes.on_cluster import cluster_in, deployment, service
from tests.dcf.providers.kubernetes.working import working

COUNT = "count"


@pytest.fixture
def cluster(tmp_path):
    with cluster_in(tmp_path) as cluster:
        yield cluster


async def counted(found, _records):
    notes = found["metadata"].setdefault("annotations", {})
    notes[COUNT] = str(int(notes.get(COUNT, 0)) + 1)
    return found


def test_changes_at_once_are_all_made(cluster):
    async def steps():
        async with working(cluster, leads=False) as one, working(cluster, leads=False) as other:
            deployed = [Deployed(each.parts.objects, each.parts.view) for each in (one, other)]
            made = await one.parts.objects.create(DEPLOYMENTS, deployment())
            for each in (one, other):
                await each.parts.objects.seen("echo", made)
            await asyncio.gather(*(each.change("echo", counted) for each in deployed * 5))
            found = await deployed[0].get("echo")
            assert found["metadata"]["annotations"][COUNT] == "10"

    run(steps())


def test_what_is_as_it_is_to_be_is_not_written(cluster):
    async def steps():
        async with working(cluster, leads=False) as work:
            deployed = Deployed(work.parts.objects, work.parts.view)
            made = await work.parts.objects.create(DEPLOYMENTS, deployment(replicas=0))
            await work.parts.objects.seen("echo", made)

            async def nothing(_found, records):
                assert records.stable.uid == made["metadata"]["uid"]

            found = await deployed.change("echo", nothing)
            assert found["metadata"]["generation"] == made["metadata"]["generation"]

    run(steps())


def test_a_fault_that_is_no_race_is_told_at_once(cluster):
    tries = []

    async def steps():
        async with working(cluster, leads=False) as work:
            made = await work.parts.objects.create(DEPLOYMENTS, deployment())
            await work.parts.objects.seen("echo", made)

            async def decide(found, _records):
                tries.append(found)
                cluster.stop_api()
                return changes.scaled(found, 3)

            with pytest.raises(ApiError):
                await Deployed(work.parts.objects, work.parts.view).change("echo", decide)
            assert len(tries) == 1
            cluster.start_api()

    run(steps())


def test_names_are_free_taken_or_somebody_elses(cluster):
    async def steps():
        async with working(cluster, leads=False) as work:
            objects = work.parts.objects
            deployed = Deployed(objects, work.parts.view)
            await deployed.check_free("echo")
            with pytest.raises(NotFound):
                await deployed.get("echo")
            await objects.create(SERVICES, service())  # left of a function: it is made again
            await deployed.check_free("echo")
            await deployed.create("echo", deployment())
            for refused in (
                deployed.check_free("echo"), deployed.create("echo", deployment()),
            ):  # fmt: skip
                with pytest.raises(AlreadyExists, match="function echo already exists"):
                    await refused
            other = deployment()
            other["metadata"] |= {"name": "other", "labels": {}}
            await objects.create(DEPLOYMENTS, other)
            with pytest.raises(AlreadyExists, match="has a Deployment other that is no function"):
                await deployed.check_free("other")

    run(steps())
