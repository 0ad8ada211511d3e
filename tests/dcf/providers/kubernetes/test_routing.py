"""Where calls go on a cluster: real controllers, pods that run nothing."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from dcf.errors import NotFound
from dcf.providers.kubernetes import names
from dcf.providers.kubernetes.routing import Routes, Table
from dcf.providers.kubernetes.view import View
from dcf.providers.routing import Target
from dcf.providers.terms import MODE, SHARE
from tests.dcf.providers.kubernetes.api_server import run
from tests.dcf.providers.kubernetes.on_cluster import (
    APPS,
    CORE,
    LOST,
    SPEC,
    api_of,
    cluster_in,
    put,
    viewing,
)
from tests.waiting import until_async

VERSIONS = {
    "slices": None,
    "old slices": {"discovery.k8s.io": ["v1beta1"]},
    "endpoints": {"discovery.k8s.io": []},
}


@pytest.fixture
def cluster(tmp_path):
    with cluster_in(tmp_path) as cluster:
        yield cluster


def routed(steps, cluster):
    async def body():
        async with api_of(cluster) as api:
            view = View()
            routes = Routes(view)
            async with viewing(api, view=view):
                await steps(api, routes)

    run(body())


def soon(seconds):
    return asyncio.get_running_loop().time() + seconds


def revisions(targets):
    return Counter(each.revision for each in targets)


@pytest.mark.parametrize("versions", VERSIONS.values(), ids=VERSIONS)
def test_ready_pods_are_targets_whatever_the_cluster_tells_of_them(tmp_path, versions):
    async def steps(api, routes):
        with pytest.raises(NotFound, match="no such function: echo"):
            routes.targets("echo")
        await put(api, 2, spec=replace(SPEC, env={"EXEC_TIMEOUT": "100", "MAX_INFLIGHT": "7"}))
        await until_async(lambda: "echo" in routes._targets)
        assert await routes.ready("echo", soon(20))
        await until_async(lambda: len(routes.targets("echo")) == 2)
        pods = (await api.get(f"{CORE}/pods"))["items"]
        wanted = {
            Target(f"http://{ip}:8080", 1, 1.0, 105.0, f"http://{ip}:8081/metrics", 7)
            for ip in (each["status"]["podIP"] for each in pods)
        }
        assert set(routes.targets("echo")) == wanted
        assert routes.shadows("echo") == ()
        await api.delete(f"{APPS}/deployments/echo")
        await until_async(lambda: "echo" not in routes._targets)
        with pytest.raises(NotFound):
            await routes.ready("echo", soon(1))

    with cluster_in(tmp_path, versions=versions) as cluster:
        routed(steps, cluster)


def test_of_two_revisions_each_gets_calls_as_it_has_pods(cluster):
    async def steps(api, routes):
        await put(api, 2)
        await until_async(lambda: len(routes._targets.get("echo", ())) == 2)
        await put(api, 2, revision=2, spec=replace(SPEC, image=LOST))
        await until_async(lambda: api_sets(api, 2))
        assert revisions(routes.targets("echo")) == {1: 2}  # the new one never gets ready
        seen = []
        routes._view.listen(lambda _: seen.append(routes.targets("echo")))
        await put(api, 2, revision=3)
        await until_async(lambda: revisions(routes.targets("echo")) == {3: 2})
        seen.append(mixed(routes, 4))
        assert revisions(seen[-1]) == {3: 1, 4: 1}
        for targets in seen:
            assert targets
            counts = revisions(targets)
            for each in targets:
                assert each.weight == pytest.approx(counts[each.revision] / len(targets))

    routed(steps, cluster)


def mixed(routes, number):
    """The targets, were one of the pods of a later revision."""
    pods = routes._view.pods
    one = next(each for each in pods if each.revision == 3)
    pods._put(one.name, replace(one, revision=number))
    routes._make("echo")
    return routes.targets("echo")


def test_pods_that_are_unknown_get_calls_until_their_set_wants_none(cluster):
    async def steps(api, routes):
        await put(api, 2)
        await until_async(lambda: len(routes._targets.get("echo", ())) == 2)
        pods, sets = routes._view.pods, routes._view.replica_sets
        gone, left = list(pods)
        pods._put(gone.name, None)
        routes._make("echo")
        assert len(routes.targets("echo")) == 2  # it may be too new to be known
        (known,) = sets
        sets._put(known.name, replace(known, replicas=0))
        routes._make("echo")
        assert [each.address for each in routes.targets("echo")] == [f"http://{left.address}:8080"]

    routed(steps, cluster)


async def api_sets(api, count):
    return len((await api.get(f"{APPS}/replicasets"))["items"]) == count


def test_a_canary_gets_its_share_once_all_of_it_was_ready_and_a_shadow_copies(cluster):
    async def steps(api, routes):
        await put(api, 3)
        await until_async(lambda: len(routes._targets.get("echo", ())) == 3)
        canary = replace(SPEC, annotations={MODE: "canary", SHARE: "0.2"})
        made = await put(api, 1, 2, names.CANDIDATE, canary)
        name = made["metadata"]["name"]
        await until_async(lambda: judged_address(api, name))
        assert revisions(routes.targets("echo")) == {1: 3}
        await mark_ready(api, 2)
        await until_async(lambda: revisions(routes.targets("echo")) == {1: 3, 2: 1})
        weights = {each.revision: each.weight for each in routes.targets("echo")}
        assert weights == pytest.approx({1: 0.8, 2: 0.2})
        assert routes.shadows("echo") == ()
        await api.delete(f"{APPS}/deployments/{name}")
        await until_async(lambda: revisions(routes.targets("echo")) == {1: 3})
        assert {each.weight for each in routes.targets("echo")} == {1.0}
        await api.delete(f"{CORE}/services/{name}")
        await put(api, 1, 3, names.CANDIDATE, replace(SPEC, annotations={MODE: "shadow"}))
        await until_async(lambda: judged_address(api, name))
        await mark_ready(api, 3)
        await until_async(lambda: revisions(routes.shadows("echo")) == {3: 1})
        assert revisions(routes.targets("echo")) == {1: 3}

    routed(steps, cluster)


def test_a_candidate_that_takes_over_is_one_revision_with_the_new_pods(cluster):
    async def steps(api, routes):
        await put(api, 2)
        await until_async(lambda: len(routes._targets.get("echo", ())) == 2)
        canary = replace(SPEC, annotations={MODE: "canary"})
        made = await put(api, 1, 2, names.CANDIDATE, canary)
        await until_async(lambda: judged_address(api, made["metadata"]["name"]))
        await mark_ready(api, 2)
        seen = []
        routes._view.listen(lambda _: seen.append(routes.targets("echo")))
        await put(api, 2, revision=2, spec=canary)

        await until_async(lambda: revisions(routes.targets("echo")) == {2: 3})
        for targets in seen:
            pairs = {(each.revision, each.weight) for each in targets}
            assert len(pairs) == len(revisions(targets)) > 0

    routed(steps, cluster)


async def judged_address(api, name):
    found = (await api.get("/apis/discovery.k8s.io/v1/namespaces/functions/endpointslices"))[
        "items"
    ]
    return any(
        each["metadata"]["labels"]["kubernetes.io/service-name"] == name and each["endpoints"]
        and each["endpoints"][0]["conditions"]["ready"]
        for each in found
    )  # fmt: skip


async def mark_ready(api, revision):
    for each in (await api.get(f"{APPS}/replicasets"))["items"]:
        if each["metadata"]["labels"].get(names.REVISION) == str(revision):
            said = {"metadata": {"annotations": {names.RESULT: "ready"}}}
            await api.patch(f"{APPS}/replicasets/{each['metadata']['name']}", said)


def test_a_function_without_our_labels_has_targets_too(cluster):
    async def steps(api, routes):
        labels = {"app": "echo"}
        pod = {"metadata": {"labels": {**labels, names.FUNCTION: "echo"}},
               "spec": {"containers": [{"name": "echo", "image": "idle:1", "env": [
                   {"name": "EXEC_TIMEOUT", "value": "what it likes"}]}]}}  # fmt: skip
        await api.create(
            f"{APPS}/deployments",
            {"metadata": {"name": "my-echo", "labels": {names.FUNCTION: "echo"}},
             "spec": {"selector": {"matchLabels": labels}, "template": pod}},
        )  # fmt: skip
        await api.create(
            f"{CORE}/services",
            {
                "metadata": {"name": "my-echo"},
                "spec": {"selector": labels, "ports": [{"port": 8080}]},
            },
        )
        await until_async(lambda: len(routes._targets.get("echo", ())) == 1)
        (target,) = routes.targets("echo")
        assert (target.revision, target.timeout, target.metrics) == (1, 60.0, "")

    routed(steps, cluster)


def test_while_the_api_is_away_targets_stay_and_nobody_asks(cluster):
    async def steps(api, routes):
        await put(api, 2)
        await until_async(lambda: len(routes._targets.get("echo", ())) == 2)
        before = routes.targets("echo")
        cluster.stop_api()
        assert [routes.targets("echo") for _ in range(100)] == [before] * 100
        assert await routes.ready("echo", soon(0)) == before
        cluster.start_api()
        asked = len(cluster.requests)
        await put(api, 3, revision=2)
        await until_async(lambda: len(routes.targets("echo")) == 3)
        lists = [path for _, path in cluster.requests[asked:] if "limit=" in path]
        assert lists == []

    routed(steps, cluster)


def test_a_function_at_zero_waits_for_its_first_pod(cluster):
    async def steps(api, routes):
        await put(api, 0)
        await until_async(lambda: "echo" in routes._targets)
        assert await routes.ready("echo", soon(0.05)) == ()
        waiting = asyncio.create_task(routes.ready("echo", soon(20)))
        await api.patch(f"{APPS}/deployments/echo", {"spec": {"replicas": 1}})
        assert len(await waiting) == 1

    routed(steps, cluster)


def test_a_pod_that_ends_gets_calls_only_where_no_other_is_known(cluster):
    """They are watched apart: a new pod's address may come after the old one began to end."""

    async def steps(api, routes):
        await put(api, 2)
        await until_async(lambda: len(routes._targets.get("echo", ())) == 2)
        pods = routes._view.pods
        for count, record in enumerate(list(pods), start=1):
            pods._put(record.name, replace(record, ending=True))
            routes._make("echo")
            left = {each.address for each in routes.targets("echo")}
            others = {f"http://{each.address}:8080" for each in pods if not each.ending}
            assert left == (others or {f"http://{each.address}:8080" for each in pods}), count
            table = Table(routes._view, routes._view.track("echo", names.STABLE), None)
            assert table.is_settled == bool(others)

    routed(steps, cluster)
