"""A function that is deleted and deployed again, while what the first one left is still there."""

import asyncio
from dataclasses import replace

import pytest

from dcf.providers.kubernetes import names
from dcf.providers.kubernetes.ownership import Ownership
from dcf.providers.kubernetes.reading import deployment_record, pod_record, replica_set_record
from dcf.providers.kubernetes.routing import Routes
from dcf.providers.kubernetes.state import Standing
from dcf.providers.kubernetes.view import View
from dcf.providers.placement import PROGRESSING, READY
from tests.dcf.providers.kubernetes import objects
from tests.dcf.providers.kubernetes.api_server import run
from tests.dcf.providers.kubernetes.on_cluster import (
    APPS,
    CORE,
    SPEC,
    api_of,
    cluster_in,
    put,
    viewing,
)
from tests.kubernetes.fake.controllers.garbage import Garbage
from tests.waiting import until_async


def test_the_next_one_has_its_own_sets_pods_targets_and_result_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(Garbage, "_look", lambda _self, _place: None)  # it may take its time

    async def steps():
        with cluster_in(tmp_path) as cluster:
            async with api_of(cluster) as api:
                view = View()
                routes = Routes(view)
                async with viewing(api, view=view):
                    await put(api, 2)
                    await until_async(lambda: len(routes._targets.get("echo", ())) == 2)
                    (first,) = view.of("echo").sets
                    told = {"metadata": {"annotations": {names.RESULT: READY}}}
                    await api.patch(f"{APPS}/replicasets/{first.name}", told)
                    await until_async(lambda: Standing(view.of("echo")).state.rollout == READY)
                    await api.delete(f"{CORE}/services/echo")
                    await api.delete(f"{APPS}/deployments/echo")
                    await until_async(lambda: "echo" not in routes._targets)

                    await put(api, 1, spec=replace(SPEC, env={"PLACE": "next"}))
                    await until_async(lambda: "echo" in view.functions())
                    while not view.of("echo").pods:
                        assert Standing(view.of("echo")).state.rollout == PROGRESSING
                        assert await view.changed("echo", asyncio.get_running_loop().time() + 30)
                    await until_async(lambda: len(routes.targets("echo")) == 1)
                    (second,), (pod,) = view.of("echo").sets, view.of("echo").pods
                    assert second.spec.env == {"PLACE": "next"}
                    assert pod.owner == second.name
                    assert len(view.replica_sets.of("echo")) == 2, "the first is still there"
                    assert routes.targets("echo")[0].address == f"http://{pod.address}:8080"

    run(steps())


@pytest.fixture
def own():
    """Of a Deployment, with a ReplicaSet of its own, one of another's, and one of nobody's."""

    def owned(found, name, uid, by):
        owner = {"kind": "Deployment", "name": "echo", "uid": by}
        found["metadata"] |= {"name": name, "uid": uid, "ownerReferences": [owner]}
        return found

    stable = deployment_record(objects.deployment())
    sets = [
        owned(objects.replica_set(1), "mine", "1", stable.uid),
        owned(objects.replica_set(1), "others", "2", "another"),
        objects.replica_set(2),
    ]
    return Ownership((stable, None), map(replica_set_record, sets))


def pod(owner, uid):
    found = objects.pod()
    found["metadata"]["ownerReferences"] = [{"kind": "ReplicaSet", "name": owner, "uid": uid}]
    return pod_record(found)


def test_a_set_of_another_deployment_is_not_its_own_and_one_of_nobody_is(own):
    assert [each.name for each in own.sets] == ["mine", "echo-s2"]


def test_a_pod_is_its_own_by_the_uid_of_its_set_not_by_its_name(own):
    assert own.has(pod("mine", "1"))
    assert not own.has(pod("mine", "0"))
    assert not own.has(pod("others", "2"))
    assert own.has(pod("", "")), "made by something else than a ReplicaSet"
    assert own.set_of("mine", pod("mine", "1")).name == "mine"
    assert own.set_of("mine", pod("mine", "0")) is None
    assert own.set_of("mine").name == "mine"
    assert own.set_of("others") is None
