"""What no event tells: Services that are missing, archives that nobody names any more."""

import pytest

from dcf.providers.kubernetes import sweeping
from dcf.providers.kubernetes.sweeping import Sweeper
from dcf.providers.placement import READY, FunctionSpec
from tests.dcf.providers.kubernetes.api_server import run
from tests.dcf.providers.kubernetes.on_cluster import APPS, CORE, IDLE, deployment, service
from tests.dcf.providers.kubernetes.test_archives import chunks, sha, tarred
from tests.dcf.providers.kubernetes.working import cluster_of, working
from tests.waiting import until_async


@pytest.fixture
def cluster(tmp_path):
    with cluster_of(tmp_path) as cluster:
        yield cluster


def with_folder(data, **more):
    return FunctionSpec("echo", IDLE, env={"W": f"attachment:sha256:{sha(data)}"}, **more)


def test_a_function_of_kubectl_gets_its_service(cluster):
    async def steps():
        async with working(cluster) as work:
            await work.api.create(f"{APPS}/deployments", deployment())
            await until_async(lambda: "echo" in work.parts.view.functions())
            sweeper = Sweeper(work.parts, lambda: True)
            await sweeper.sweep()
            made = await work.api.get(f"{CORE}/services/echo")
            await sweeper.sweep()
            assert await work.api.get(f"{CORE}/services/echo") == made
            await work.api.delete(f"{APPS}/deployments/echo")
            await until_async(lambda: not list(work.parts.view.deployments))
            await sweeper.sweep()  # what is gone is not brought back

    run(steps())


def test_a_service_of_somebody_else_stays(cluster, caplog):
    async def steps():
        async with working(cluster) as work:
            other = service()
            del other["metadata"]["labels"]
            made = await work.api.create(f"{CORE}/services", other)
            await work.api.create(f"{APPS}/deployments", deployment())
            await until_async(lambda: "echo" in work.parts.view.functions())
            await Sweeper(work.parts, lambda: True).sweep()
            assert await work.api.get(f"{CORE}/services/echo") == made
            assert "somebody else has its name" in caplog.text

    run(steps())


def test_archives_go_when_no_revision_names_them_and_some_time_has_passed(cluster, monkeypatch):
    first, second, third = (tarred(size) for size in (10, 20, 30))

    async def steps():
        async with working(cluster) as work:
            store, sweeper = work.parts.archives, Sweeper(work.parts, lambda: True)

            async def kept():
                lists = (await work.api.get(f"{CORE}/configmaps"))["items"]
                names = {each["metadata"]["name"] for each in lists}
                return [f"archive-{sha(each)}" in names for each in (first, second, third)]

            for data in (first, second, third):
                await store.put(sha(data), chunks(data))
            await work.placement.deploy(with_folder(first))
            await work.placement.update(FunctionSpec("echo", IDLE))
            await work.reaches(READY)
            judged = with_folder(second, annotations={"dcf.rollout.mode": "shadow"})
            await work.placement.update(judged)
            await until_async(lambda: len(work.parts.view.deployments.of("echo")) == 2)
            await sweeper.sweep()
            assert await kept() == [True, True, True]
            monkeypatch.setattr(sweeping, "_GRACE_SECONDS", -1)
            await sweeper.sweep()
            assert await kept() == [True, True, False]
            await work.placement.delete("echo")
            await until_async(lambda: not list(work.parts.view.replica_sets))
            await sweeper.sweep()
            assert await kept() == [False, False, False]

    run(steps())
