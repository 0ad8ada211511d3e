"""The gateway that leads carries rollouts to their end, whoever began them and whatever ended."""

import asyncio
import dataclasses
import logging

import pytest

from dcf.providers.kubernetes import names
from dcf.providers.kubernetes.rollout_keeper import RolloutKeeper
from dcf.providers.kubernetes.rollout_steps import steps
from dcf.providers.placement import FAILED, PROGRESSING, READY, FunctionSpec
from tests.dcf.providers.kubernetes.api_server import run
from tests.dcf.providers.kubernetes.on_cluster import APPS, IDLE, LOST
from tests.dcf.providers.kubernetes.working import cluster_of, working
from tests.waiting import until_async

SPEC = FunctionSpec("echo", IDLE)


@pytest.fixture
def cluster(tmp_path):
    with cluster_of(tmp_path) as cluster:
        yield cluster


def judged(image=IDLE):
    return FunctionSpec("echo", image, env={"V": "2"}, annotations={"dcf.rollout.mode": "canary"})


def pods_of(work):
    return {each.name for each in work.parts.view.pods.of("echo") if each.ready}


def test_a_broken_update_goes_back_and_no_pod_that_serves_is_touched(cluster):
    async def steps():
        async with working(cluster) as work:
            await work.placement.deploy(dataclasses.replace(SPEC, replicas=2))
            await work.reaches(READY)
            # Pods are watched apart: they may be seen after what became of them.
            await until_async(lambda: len(pods_of(work)) == 2)
            before = pods_of(work)
            await work.placement.update(dataclasses.replace(SPEC, image=LOST), "bob")
            state = await work.reaches(FAILED)
            assert "lost:1" in state.reason
            assert (state.revision, state.newest, state.available) == (1, 2, 2)
            await until_async(lambda: work.parts.view.of("echo").stable.revision == 1)
            await until_async(lambda: work.parts.view.of("echo").stable.is_complete)
            assert pods_of(work) == before
            (broken, _) = await work.placement.history("echo")
            assert (broken.rollout, broken.by, broken.serving) == (FAILED, "bob", False)

    run(steps())


def test_a_first_revision_that_fails_is_ready_once_its_image_comes(cluster):
    async def steps():
        async with working(cluster) as work:
            await work.placement.deploy(dataclasses.replace(SPEC, image=LOST))
            assert (await work.reaches(FAILED)).revision == 0
            await work.placement.update(SPEC)
            assert (await work.reaches(READY)).revision == 2

    run(steps())


def test_one_whose_addresses_are_not_seen_yet_is_not_ready(cluster):
    """They are watched apart from the Deployment, and calls would find nobody."""

    async def body():
        async with working(cluster) as work:
            view = work.parts.view
            kept = []
            put = view.endpoints._put
            view.endpoints._put = lambda *addresses: kept.append(addresses)
            await work.placement.deploy(SPEC)
            await until_async(lambda: "echo" in view.functions())
            await until_async(lambda: view.of("echo").stable.is_complete)
            await until_async(lambda: kept and kept[-1][1])
            await until_async(lambda: view.of("echo").sets)
            called = RolloutKeeper(work.parts, lambda: False)._called
            assert steps(view.of("echo"), called(view.of("echo"))) == ()
            assert work.state().rollout == PROGRESSING
            view.endpoints._put = put
            view._changed(put(*kept[-1]))
            await work.reaches(READY)

    run(body())


def test_a_candidate_that_cannot_start_is_told_and_gone(cluster):
    async def steps():
        async with working(cluster, serves=SPEC) as work:
            await work.placement.update(judged(LOST))
            state = await work.reaches(FAILED)
            assert "lost:1" in state.reason
            assert (state.revision, state.newest, state.judged) == (1, 2, "")
            await until_async(lambda: work.parts.view.track("echo", names.CANDIDATE) is None)

    run(steps())


def test_a_candidate_that_is_kept_serves_on_until_its_place_is_taken(cluster):
    async def steps():
        async with working(cluster, serves=SPEC) as work:
            await work.placement.update(judged())
            await work.is_judged()
            await work.placement.settle("echo", 2, "as good", keep=True)
            assert work.parts.view.track("echo", names.CANDIDATE) is not None
            await work.reaches(READY)
            await until_async(lambda: work.parts.view.track("echo", names.CANDIDATE) is None)
            (newest, _) = await work.placement.history("echo")
            assert (newest.number, newest.rollout, newest.reason) == (2, READY, "as good")

    run(steps())


def test_who_does_not_lead_does_nothing_and_who_leads_then_makes_up_for_it(cluster):
    async def steps():
        async with working(cluster, leads=False) as work:
            await work.placement.deploy(SPEC)
            await until_async(lambda: work.parts.view.of("echo").stable.is_complete)
            assert work.state().rollout == PROGRESSING
            keeper = RolloutKeeper(work.parts, lambda: True)
            keeper.look_at_all()
            task = asyncio.create_task(keeper.run())
            await work.reaches(READY)
            task.cancel()

    run(steps())


def test_one_that_cannot_be_carried_on_is_tried_again(cluster, caplog):
    caplog.set_level(logging.WARNING)

    async def steps():
        async with working(cluster, leads=False) as work:
            await work.placement.deploy(SPEC)
            await until_async(lambda: work.parts.view.of("echo").stable.is_complete)
            cluster.stop_api()
            keeper = RolloutKeeper(work.parts, lambda: True)
            keeper.look_at_all()
            task = asyncio.create_task(keeper.run())
            await until_async(lambda: "the rollout of echo waits" in caplog.text)
            cluster.start_api()
            await work.reaches(READY)
            task.cancel()

    run(steps())


def test_a_result_is_on_the_replica_set(cluster):
    async def steps():
        async with working(cluster, serves=SPEC) as work:
            (found,) = (await work.api.get(f"{APPS}/replicasets"))["items"]
            notes = found["metadata"]["annotations"]
            assert notes[names.RESULT] == READY
            assert names.REASON not in notes

    run(steps())
