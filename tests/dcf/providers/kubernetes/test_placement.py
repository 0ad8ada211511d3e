"""What people ask for becomes objects, also where several gateways write at once."""

import asyncio
import dataclasses

import pytest

from dcf.errors import AlreadyExists, InvalidRequest, NotFound
from dcf.providers.kubernetes import names
from dcf.providers.placement import ENDED, FAILED, PROGRESSING, READY, FunctionSpec
from tests.dcf.providers.kubernetes.api_server import run
from tests.dcf.providers.kubernetes.on_cluster import APPS, CORE, IDLE, LOST, service
from tests.dcf.providers.kubernetes.working import cluster_of, working
from tests.waiting import until_async

SPEC = FunctionSpec("echo", IDLE)


@pytest.fixture
def cluster(tmp_path):
    with cluster_of(tmp_path) as cluster:
        yield cluster


def version(number, **more):
    return FunctionSpec("echo", IDLE, env={"V": str(number)}, **more)


def judged(number, mode="canary"):
    return version(number, annotations={"dcf.rollout.mode": mode})


def test_what_is_deployed_is_told_at_once_and_served_when_it_is_ready(cluster):
    async def steps():
        async with working(cluster) as work:
            await work.placement.deploy(SPEC, "ann@here")
            state = await work.placement.describe("echo")
            assert (state.spec, state.newest) == (SPEC, 1)
            await work.reaches(READY)
            (info,) = await work.placement.history("echo")
            assert (info.number, info.by, info.serving) == (1, "ann@here", True)
            with pytest.raises(AlreadyExists, match="update it instead"):
                await work.placement.deploy(SPEC)

    run(steps())


def test_what_somebody_else_has_is_not_touched(cluster):
    async def steps():
        async with working(cluster) as work:
            other = service()
            del other["metadata"]["labels"]
            made = await work.api.create(f"{CORE}/services", other)
            with pytest.raises(AlreadyExists, match="has a Service echo that is no function"):
                await work.placement.deploy(SPEC)
            assert await work.api.get(f"{CORE}/services/echo") == made
            for verb in (
                work.placement.delete("echo"),
                work.placement.scale("echo", 1),
                work.placement.update(SPEC),
            ):
                with pytest.raises(NotFound):
                    await verb

    run(steps())


def test_what_the_cluster_does_not_take_was_asked_for_wrongly(cluster):
    async def steps():
        async with working(cluster) as work:
            wrong = dataclasses.replace(SPEC, annotations={"big": "x" * 300_000})
            with pytest.raises(InvalidRequest, match="annotations"):
                await work.placement.deploy(wrong)
            assert await work.placement.functions() == []

    run(steps())


def test_updates_by_several_gateways_at_once_have_numbers_of_their_own(cluster):
    async def steps():
        async with working(cluster, serves=SPEC) as one, working(cluster, leads=False) as other:
            changes = [
                gateway.placement.update(version(number), f"by {number}")
                for number, gateway in enumerate((one, other, one, other, one, other))
            ]
            await asyncio.gather(*changes)
            await one.reaches(READY)
            await until_async(lambda: other.state() == one.state())
            history = await one.placement.history("echo")
            assert [each.number for each in history] == [7, 6, 5, 4, 3, 2, 1]
            assert {each.by for each in history[:-1]} == {f"by {number}" for number in range(6)}
            serving = [each for each in history if each.serving]
            assert [each.number for each in serving] == [7]
            given_up = {each.reason for each in history if each.rollout == FAILED}
            assert all("before it took over" in reason for reason in given_up)

    run(steps())


def test_a_change_of_replicas_is_not_lost_to_an_update_beside_it(cluster):
    async def steps():
        async with working(cluster, serves=SPEC) as one, working(cluster, leads=False) as other:
            await asyncio.gather(one.placement.scale("echo", 3), other.placement.update(version(2)))
            assert one.state().replicas == 3
            await one.placement.scale("echo", 0)
            await one.placement.update(version(3))  # which wakes it
            assert one.state().replicas == 1

    run(steps())


def test_the_same_again_is_no_work_but_for_one_that_failed(cluster):
    async def steps():
        async with working(cluster) as work:
            await work.placement.deploy(SPEC)
            await work.placement.update(SPEC)
            await work.reaches(READY)
            await work.placement.update(SPEC)
            assert work.state().newest == 1
            lost = dataclasses.replace(SPEC, image=LOST)
            for number in (2, 3):
                await work.placement.update(lost)
                state = await work.reaches(FAILED)
                assert (state.newest, state.revision) == (number, 1)

    run(steps())


def test_a_revision_given_up_is_told_even_if_no_pod_of_it_ever_was(cluster):
    async def steps():
        async with working(cluster, serves=SPEC) as work:
            for number in (2, 3):
                await work.placement.update(version(number))
            await work.reaches(READY)
            second = (await work.placement.history("echo"))[1]
            assert (second.spec, second.rollout) == (version(2), FAILED)
            assert second.reason == "given up for revision 3 before it took over"

    run(steps())


def test_a_canary_beside_a_failing_update_is_beside_what_serves(cluster):
    async def steps():
        async with working(cluster, leads=False) as work, working(cluster) as leader:
            await work.placement.deploy(SPEC)
            await work.reaches(READY)
            await work.placement.update(dataclasses.replace(SPEC, image=LOST))
            await work.placement.update(judged(3))
            assert await leader.is_judged() == 3
            stable = await work.api.get(f"{APPS}/deployments/echo")
            assert stable["spec"]["template"]["metadata"]["labels"][names.REVISION] == "1"
            assert work.state().revision == 1

    run(steps())


def test_a_canary_of_a_function_without_replicas_has_something_to_be_judged_by(cluster):
    async def steps():
        async with working(cluster, serves=SPEC) as work:
            await work.placement.scale("echo", 0)
            await work.placement.update(judged(2))
            assert await work.is_judged() == 2
            assert work.state().replicas == 1
            await work.placement.scale("echo", 2)
            candidate = await work.api.get(f"{APPS}/deployments/{names.candidate('echo')}")
            assert candidate["spec"]["replicas"] == 2

    run(steps())


@pytest.mark.parametrize(("mode", "outcome"), [("canary", FAILED), ("shadow", ENDED)])
def test_what_became_of_a_candidate_outlives_its_objects(cluster, mode, outcome):
    async def steps():
        async with working(cluster, serves=SPEC) as work:
            await work.placement.update(judged(2, mode), "bob")
            await work.is_judged()
            await work.placement.settle("echo", 2, "worse", keep=False)
            found = (await work.placement.history("echo"))[0]
            assert (found.number, found.spec, found.by) == (2, judged(2, mode), "bob")
            assert (found.rollout, found.reason) == (outcome, "worse")
            await work.placement.update(version(3))
            await work.reaches(READY)
            assert [each.number for each in await work.placement.history("echo")] == [3, 2, 1]
            begun = await work.placement.rollback("echo", 2)
            assert begun.spec == version(2)  # without its terms

    run(steps())


def test_two_gateways_that_settle_one_canary_do_it_once(cluster):
    async def steps():
        async with working(cluster, serves=SPEC) as one, working(cluster, leads=False) as other:
            await one.placement.update(judged(2))
            await one.is_judged()
            await other.is_judged()
            done = await asyncio.gather(
                one.placement.settle("echo", 2, "kept", keep=True),
                other.placement.settle("echo", 2, "worse", keep=False),
                return_exceptions=True,
            )
            (refused,) = [each for each in done if each is not None]
            assert isinstance(refused, InvalidRequest)
            await until_async(lambda: one.state().rollout in (READY, FAILED))
            (found,) = [each for each in await one.placement.history("echo") if each.number == 2]
            assert found.reason in {"kept", "worse"}
            assert (found.rollout == READY) is (found.reason == "kept")

    run(steps())


def test_what_is_deleted_leaves_nothing(cluster):
    async def steps():
        async with working(cluster, serves=SPEC) as work:
            await work.placement.update(judged(2))
            await work.is_judged()
            await work.placement.delete("echo")
            assert await work.placement.functions() == []
            view = work.parts.view
            await until_async(lambda: not (list(view.pods) or list(view.replica_sets)))
            for path in (f"{APPS}/deployments", f"{CORE}/services"):
                assert (await work.api.get(path))["items"] == []
            await work.placement.deploy(version(9))
            assert (await work.reaches(READY)).newest == 1

    run(steps())


def test_a_function_of_kubectl_is_updated_by_its_own_selector(cluster):
    async def steps():
        async with working(cluster) as work:
            labels = {names.FUNCTION: "echo", "app": "mine"}
            await work.api.create(
                f"{APPS}/deployments",
                {
                    "apiVersion": "apps/v1", "kind": "Deployment",
                    "metadata": {"name": "echo", "labels": {**labels, "team": "a"}},
                    "spec": {
                        "replicas": 1, "selector": {"matchLabels": {"app": "mine"}},
                        "template": {
                            "metadata": {"labels": labels},
                            "spec": {"containers": [{"name": "echo", "image": IDLE}]},
                        },
                    },
                },
            )  # fmt: skip
            await until_async(lambda: "echo" in work.parts.view.functions())
            await work.reaches(READY)
            before = work.state().newest
            await work.placement.update(version(2, labels={"l": "2"}))
            state = await work.reaches(READY)
            assert (state.spec.env, state.newest) == ({"V": "2"}, before + 1)
            found = await work.api.get(f"{APPS}/deployments/echo")
            assert (
                found["metadata"]["labels"] | {"team": "a", "l": "2"} == found["metadata"]["labels"]
            )
            begun = await work.placement.rollback("echo", None)
            assert begun.spec.image == IDLE
            assert (await work.reaches(READY)).rollout != PROGRESSING

    run(steps())
