"""What a script makes the provider in memory do; the contract test holds it to the port."""

import asyncio

import pytest

from dcf.errors import InvalidRequest, NotFound
from dcf.providers.placement import REGISTRY_SECRET, FunctionSpec
from dcf.providers.routing import Target
from tests.dcf.providers.fake.provider import FakeProvider, Script
from tests.waiting import turns


def spec(image="i", **changes):
    return FunctionSpec("f", image, **changes)


def run(steps, **scripts):
    async def through():
        provider = FakeProvider([Target("http://a"), Target("http://b")])
        provider.scripts = scripts
        await steps(provider)
        await provider.stop()

    asyncio.run(asyncio.wait_for(through(), 30))


def addresses(provider):
    return [(each.address, each.revision) for each in provider.targets("f")]


async def told(provider):
    return [(each.number, each.rollout, each.serving) for each in await provider.history("f")]


def test_without_a_script_it_is_ready_at_once_where_it_was_told():
    async def steps(provider):
        await provider.deploy(spec())
        assert addresses(provider) == [("http://a", 1), ("http://b", 1)]
        state = await provider.describe("f")
        assert (state.rollout, state.replicas, state.available) == ("ready", 1, 1)
        await provider.scale("f", 0)
        assert (addresses(provider), (await provider.describe("f")).available) == ([], 0)

    run(steps)


def test_a_slow_revision_serves_when_its_gate_opens_and_the_old_one_until_then():
    gate = asyncio.Event()

    async def steps(provider):
        await provider.deploy(spec())
        await provider.update(spec("slow"))
        await turns()
        assert addresses(provider) == [("http://a", 1), ("http://b", 1)]
        assert await told(provider) == [(2, "progressing", False), (1, "ready", True)]
        gate.set()
        await turns()
        assert addresses(provider) == [("http://c", 2)]
        assert (await provider.describe("f")).spec == spec("slow")

    run(steps, slow=Script(["http://c"], gate))


def test_one_that_was_given_up_does_not_serve_when_its_gate_opens():
    gate = asyncio.Event()

    async def steps(provider):
        await provider.deploy(spec())
        await provider.update(spec("slow"))
        await provider.update(spec("i2"))
        gate.set()
        await turns()
        assert addresses(provider) == [("http://a", 3), ("http://b", 3)]

    run(steps, slow=Script(["http://c"], gate))


def test_one_that_fails_says_why_and_leaves_the_old_one():
    async def steps(provider):
        await provider.deploy(spec())
        await provider.update(spec("bad"))
        state = await provider.describe("f")
        assert (state.rollout, state.reason, state.spec) == ("failed", "no weights", spec())
        assert await told(provider) == [(2, "failed", False), (1, "ready", True)]
        assert addresses(provider)[0] == ("http://a", 1)

    run(steps, bad=Script(fault="no weights"))


def test_revisions_share_calls_as_they_are_told_and_lose_replicas():
    async def steps(provider):
        await provider.deploy(spec())
        await provider.update(spec("new"))
        await provider.split("f", {1: 9.0, 2: 1.0})
        found = {(each.address, each.revision, each.weight) for each in provider.targets("f")}
        assert found == {("http://a", 1, 9.0), ("http://b", 1, 9.0), ("http://c", 2, 1.0)}
        await provider.lose("http://a")
        assert ("http://a", 1) not in addresses(provider)
        await provider.recover("http://a")
        assert ("http://a", 1) in addresses(provider)

    run(steps, new=Script(["http://c"]))


def test_whoever_is_taken_off_the_list_is_asked_to_drain_and_nobody_else():
    async def steps(provider):
        asked, go = [], asyncio.Event()

        async def drain(target):
            asked.append(target.address)
            await go.wait()

        provider.drain = drain
        await provider.deploy(spec())
        await provider.update(spec("new"))
        await turns()
        assert asked == ["http://b"]  # the new revision has the other one, too
        assert {each.address for each in provider.draining} == {"http://b"}
        go.set()
        await turns()
        assert provider.draining == set()
        await provider.delete("f")
        await turns()
        assert asked == ["http://b", "http://a"]

    run(steps, new=Script(["http://a"]))


def test_ready_waits_for_a_target_and_gives_up_at_the_deadline():
    gate = asyncio.Event()

    async def steps(provider):
        now = asyncio.get_running_loop().time
        await provider.deploy(spec("slow"))
        assert await provider.ready("f", now() + 0.01) == []
        waiting = asyncio.create_task(provider.ready("f", now() + 20))
        await turns()
        assert not waiting.done()
        gate.set()
        assert [each.address for each in await waiting] == ["http://c"]

    run(steps, slow=Script(["http://c"], gate))


def test_going_back_begins_the_earlier_spec_again():
    async def steps(provider):
        await provider.deploy(spec("one"))
        with pytest.raises(InvalidRequest, match="no earlier revision"):
            await provider.rollback("f", None)
        await provider.update(spec("two"))
        assert (await provider.rollback("f", 2)).number == 2  # it serves already
        begun = await provider.rollback("f", None, "me")
        assert (begun.number, begun.spec, begun.by) == (3, spec("one"), "me")
        with pytest.raises(NotFound, match="no revision 7"):
            await provider.rollback("f", 7)

    run(steps)


def test_secrets_that_are_wanted_must_be_here_but_for_a_registrys_key():
    async def steps(provider):
        with pytest.raises(InvalidRequest, match="secret token is not here"):
            await provider.deploy(spec(secrets=("token",)))
        assert await provider.functions() == []
        await provider.deploy(spec(secrets=(REGISTRY_SECRET,)))
        with pytest.raises(InvalidRequest):
            await provider.update(spec(secrets=("token",)))

    run(steps)


def test_the_same_again_is_no_revision():
    async def steps(provider):
        await provider.deploy(spec())
        await provider.update(spec())
        assert len(await provider.history("f")) == 1

    run(steps)
