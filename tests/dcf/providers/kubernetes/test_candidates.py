"""A canary's or shadow's objects: beside its function's, and gone with it."""

import pytest

from dcf.errors import InvalidRequest
from dcf.providers.kubernetes import names
from dcf.providers.kubernetes.revisions import Asked
from dcf.providers.placement import FunctionSpec
from tests.dcf.providers.kubernetes.api_server import run
from tests.dcf.providers.kubernetes.on_cluster import APPS, CORE, IDLE
from tests.dcf.providers.kubernetes.working import cluster_of, working
from tests.waiting import until_async

SPEC = FunctionSpec("echo", IDLE, replicas=2)
NAME = names.candidate("echo")


@pytest.fixture
def cluster(tmp_path):
    with cluster_of(tmp_path) as cluster:
        yield cluster


async def made(work, number):
    owner = await work.api.get(f"{APPS}/deployments/echo")
    await work.parts.candidates.make(Asked(SPEC, number, "t"), owner)
    return await work.parts.candidates.get("echo")


def test_one_has_as_many_replicas_and_takes_the_place_of_another(cluster):
    async def steps():
        async with working(cluster, leads=False) as work:
            await work.placement.deploy(SPEC)
            first, second = await made(work, 2), await made(work, 3)
            assert first["spec"]["replicas"] == 2
            assert first["metadata"]["uid"] != second["metadata"]["uid"]
            service = await work.api.get(f"{CORE}/services/{NAME}")
            assert service["metadata"]["ownerReferences"][0]["uid"] == second["metadata"]["uid"]
            await work.parts.candidates.scale("echo", 1)
            assert (await work.parts.candidates.get("echo"))["spec"]["replicas"] == 1

    run(steps())


def test_a_newer_one_is_not_deleted_for_an_older_one(cluster):
    async def steps():
        async with working(cluster, leads=False) as work:
            await work.placement.deploy(SPEC)
            await made(work, 3)
            await work.parts.candidates.delete("echo", 3)
            assert work.parts.view.track("echo", names.CANDIDATE).revision == 3
            await work.parts.candidates.delete("echo")
            assert work.parts.view.track("echo", names.CANDIDATE) is None
            with pytest.raises(InvalidRequest, match="no canary or shadow now"):
                await work.parts.candidates.get("echo")
            await work.parts.candidates.scale("echo", 1)  # where there is none it is no work

    run(steps())


def test_it_goes_with_its_function(cluster):
    async def steps():
        async with working(cluster, serves=SPEC) as work:
            await made(work, 2)
            await work.api.delete(f"{APPS}/deployments/echo")
            await until_async(lambda: not list(work.parts.view.deployments))

    run(steps())
