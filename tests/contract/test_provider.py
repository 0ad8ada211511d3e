"""What the gateway relies on, held against every provider of functions."""

import asyncio
import hashlib
import io
import os
import tarfile
import time
from contextlib import asynccontextmanager
from dataclasses import FrozenInstanceError, replace

import aiohttp
import pytest

from dcf.archive import Entry, pack
from dcf.errors import AlreadyExists, ArchiveError, InvalidRequest, NotFound
from dcf.providers.kubernetes.provider import KubernetesProvider
from dcf.providers.kubernetes.settings import ClusterSettings
from dcf.providers.notices import CandidateReady, ReplicaEnded, RolloutEnded, RolloutStep
from dcf.providers.placement import (
    ENDED,
    FAILED,
    PROGRESSING,
    READY,
    FunctionSpec,
    Progress,
    ReplicaExit,
)
from dcf.providers.process.provider import ProcessProvider
from dcf.providers.routing import Target
from dcf.providers.stores import LogLine, LogQuery
from dcf.providers.terms import Terms
from tests.dcf.providers.fake.provider import FakeProvider, Script
from tests.kubernetes.fake.cluster import cluster_in

HANDLER = """
import signal

def handle(body):
    if body == "end":
        signal.raise_signal(signal.SIGSEGV)
    return body
"""


def fake(home):
    lines = [LogLine("echo", "echo-1", "2000-01-01T00:00:00Z", "up")]
    return FakeProvider([Target("http://127.0.0.1:9")], lines)


@pytest.fixture(params=["fake", "process", "kubernetes"])
def make(request, tmp_path):
    """Gives a provider of each kind; of the last one, over a cluster that ends with the test."""
    if request.param != "kubernetes":
        made = {"fake": fake, "process": ProcessProvider}[request.param]
        yield lambda: made(tmp_path / "home")
        return
    with cluster_in(tmp_path) as cluster:
        cluster.add_node("chosen", {"a": "b"})
        kubeconfig = str(cluster.kubeconfig(tmp_path / "kubeconfig"))
        yield lambda: KubernetesProvider(ClusterSettings(kubeconfig))


# Those that keep what was deployed when they are stopped.
LASTING = pytest.mark.parametrize("make", ["process", "kubernetes"], indirect=True)


@pytest.fixture
def archive(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "handler.py").write_text(HANDLER)
    return pack(tmp_path, Entry("./src", "handler.py", "handle"), (), ())


def tarred(files):
    """A tar of files by name."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


async def chunks(data):
    for start in range(0, len(data), 1000):
        yield data[start : start + 1000]


@asynccontextmanager
async def started(provider, archive=None):
    """A provider that has an archive's code from the beginning."""
    await provider.start()
    try:
        if archive is not None:
            await provider.stores.archives.put(archive.digest, chunks(archive.data))
        yield provider
    finally:
        await provider.stop()


async def settled(provider, name="echo", seconds=60.0):
    limit = time.monotonic() + seconds
    while (
        status := await provider.placement.describe(name)
    ).available < status.replicas or status.rollout != READY:
        assert time.monotonic() < limit, status
        await asyncio.sleep(0.05)
    return status


def run(steps):
    asyncio.run(asyncio.wait_for(steps, 110))


def test_a_function_lives_from_deploy_to_delete(make, archive):
    async def steps():
        async with started(make(), archive) as provider:
            assert await provider.stores.archives.has(archive.digest)
            spec = FunctionSpec(
                "echo", archive.image, env={"A": "1"}, labels={"l": "2"}, constraints=("a=b",)
            )
            await provider.placement.deploy(spec)
            status = await settled(provider)
            assert status.spec == spec
            assert [each.spec.name for each in await provider.placement.functions()] == ["echo"]
            assert status.created_at.endswith("Z")
            await provider.placement.scale("echo", 0)
            assert not provider.routing.targets("echo")
            assert (await provider.placement.describe("echo")).replicas == 0
            await provider.placement.delete("echo")
            assert list(await provider.placement.functions()) == []

    run(steps())


def test_attachments_must_be_here_and_stay_while_a_revision_names_them(make, archive):
    async def steps():
        async with started(make()) as provider:
            data = tarred({"weights": b"1"})
            digest = hashlib.sha256(data).hexdigest()
            spec = FunctionSpec("echo", archive.image, env={"M": f"attachment:sha256:{digest}"})
            await provider.stores.archives.put(archive.digest, chunks(archive.data))
            with pytest.raises(ArchiveError, match=f"'M' names attachment {digest}"):
                await provider.placement.deploy(spec)
            await provider.stores.archives.put(digest, chunks(data))
            await provider.placement.deploy(spec)
            assert (await settled(provider)).spec == spec
            with pytest.raises(ArchiveError, match="'M' names no attachment"):
                await provider.placement.update(replace(spec, env={"M": "attachment:sha256:0"}))
            await provider.placement.update(replace(spec, env={}))
            await settled(provider)
            await provider.placement.rollback("echo", 1)
            assert (await settled(provider)).spec == spec
            await provider.placement.delete("echo")

    run(steps())


def test_an_update_takes_over_and_the_same_again_is_no_work(make, archive):
    async def steps():
        async with started(make(), archive) as provider:
            await provider.placement.deploy(FunctionSpec("echo", archive.image))
            await settled(provider)
            newer = FunctionSpec("echo", archive.image, env={"A": "2"})
            await provider.placement.update(newer)
            assert (await settled(provider)).spec == newer
            before = list(provider.routing.targets("echo"))
            await provider.placement.update(newer)
            await settled(provider)
            assert list(provider.routing.targets("echo")) == before
            await provider.placement.delete("echo")

    run(steps())


def test_of_updates_in_a_row_the_last_one_wins(make, archive):
    async def steps():
        async with started(make(), archive) as provider:
            await provider.placement.deploy(FunctionSpec("echo", archive.image))
            for number in range(4):
                await asyncio.sleep(0.05 * number)
                last = FunctionSpec("echo", archive.image, env={"N": str(number)})
                await provider.placement.update(last)
            assert (await settled(provider)).spec == last
            assert len(provider.routing.targets("echo")) == 1

    run(steps())


def test_a_target_says_where_it_is_what_it_runs_and_how_long_it_may_take(make, archive):
    async def steps():
        async with started(make()) as provider:
            await deployed(provider, archive, 2)
            (target,) = provider.routing.targets("echo")
            assert target.address.startswith("http://127.")
            assert (target.revision, target.weight) == (2, 1.0)
            assert target.timeout > 0
            with pytest.raises(FrozenInstanceError):
                target.weight = 0.5

    run(steps())


def test_ready_waits_for_a_target_and_gives_what_there_is_at_its_deadline(make, archive):
    async def steps():
        now = asyncio.get_running_loop().time
        async with started(make(), archive) as provider:
            await provider.placement.deploy(FunctionSpec("echo", archive.image, replicas=0))
            assert list(await provider.routing.ready("echo", now())) == []
            waiting = asyncio.create_task(provider.routing.ready("echo", now() + 30))
            await asyncio.sleep(0)
            assert not waiting.done()
            await provider.placement.scale("echo", 1)
            assert len(await waiting) == 1
            with pytest.raises(NotFound):
                await provider.routing.ready("nope", now() + 30)

    run(steps())


def test_it_says_which_stores_it_has(make):
    async def steps():
        async with started(make()) as provider:
            stores = provider.stores
            assert stores.capabilities == ("archives", "logs", "secrets")
            assert replace(stores, archives=None).capabilities == ("logs", "secrets")

    run(steps())


def test_scaling_while_it_starts_ends_with_so_many(make, archive):
    async def steps():
        async with started(make(), archive) as provider:
            await provider.placement.deploy(FunctionSpec("echo", archive.image, replicas=2))
            await provider.placement.scale("echo", 1)
            status = await settled(provider)
            assert (status.replicas, status.available) == (1, 1)

    run(steps())


def test_unknown_names_are_not_found(make):
    async def steps():
        async with started(make()) as provider:
            spec = FunctionSpec("nope", "archive:sha256:" + "0" * 64)
            with pytest.raises(NotFound):
                await provider.placement.update(spec)
            with pytest.raises(NotFound):
                await provider.placement.delete("nope")
            with pytest.raises(NotFound):
                await provider.placement.describe("nope")
            with pytest.raises(NotFound):
                await provider.placement.scale("nope", 1)
            with pytest.raises(NotFound):
                provider.routing.targets("nope")
            with pytest.raises(NotFound):
                [line async for line in provider.stores.logs.lines(LogQuery("nope"))]

    run(steps())


def test_a_taken_name_already_exists(make, archive):
    async def steps():
        async with started(make(), archive) as provider:
            await provider.placement.deploy(FunctionSpec("echo", archive.image, replicas=0))
            with pytest.raises(AlreadyExists):
                await provider.placement.deploy(FunctionSpec("echo", archive.image))

    run(steps())


def test_logs_are_lines_of_that_function(make, archive):
    async def steps():
        async with started(make(), archive) as provider:
            await provider.placement.deploy(FunctionSpec("echo", archive.image))
            await settled(provider)
            lines = [line async for line in provider.stores.logs.lines(LogQuery("echo"))]
            assert lines
            assert {line.name for line in lines} == {"echo"}
            assert all(line.instance and line.timestamp.endswith("Z") for line in lines)

    run(steps())


def test_log_lines_are_chosen_by_tail_instance_and_time(make, archive):
    async def steps():
        async with started(make(), archive) as provider:
            await provider.placement.deploy(FunctionSpec("echo", archive.image))
            await settled(provider)

            async def read(**wanted):
                return [
                    line async for line in provider.stores.logs.lines(LogQuery("echo", **wanted))
                ]

            every = await read()
            assert await read(tail=1) == every[-1:]
            assert await read(tail=0) == every
            assert await read(instance="nobody") == []
            assert await read(since="2999-01-01T00:00:00Z") == []
            assert await read(since=every[0].timestamp, instance=every[0].instance)

    run(steps())


def version(archive, number, **more):
    return FunctionSpec("echo", archive.image, env={"V": str(number)}, **more)


async def deployed(provider, archive, count):
    """Deploy `count` versions one after the other."""
    await provider.stores.archives.put(archive.digest, chunks(archive.data))
    await provider.placement.deploy(version(archive, 1), "ann@here")
    await settled(provider)
    for number in range(2, count + 1):
        await provider.placement.update(version(archive, number), "bob@there")
        await settled(provider)


async def numbers(provider):
    return [each.number for each in await provider.placement.history("echo")]


def test_every_change_is_a_revision_with_its_time_and_who(make, archive):
    async def steps():
        async with started(make()) as provider:
            await deployed(provider, archive, 2)
            await provider.placement.update(version(archive, 2), "nobody")  # the same again
            newest, first = await provider.placement.history("echo")
            assert (newest.number, newest.by, newest.serving) == (2, "bob@there", True)
            assert (first.number, first.by, first.serving) == (1, "ann@here", False)
            assert (first.spec, newest.spec) == (version(archive, 1), version(archive, 2))
            assert (first.rollout, newest.rollout) == (READY, READY)
            assert first.deployed_at <= newest.deployed_at
            assert newest.deployed_at.endswith("Z")

    run(steps())


def test_going_back_is_a_new_revision_of_the_old_spec(make, archive):
    async def steps():
        async with started(make()) as provider:
            await deployed(provider, archive, 3)
            begun = await provider.placement.rollback("echo", None, "eve@home")
            assert (begun.number, begun.spec, begun.by) == (4, version(archive, 2), "eve@home")
            assert (await settled(provider)).spec == version(archive, 2)
            begun = await provider.placement.rollback("echo", 1)
            assert (begun.number, begun.spec) == (5, version(archive, 1))
            assert (await settled(provider)).spec == version(archive, 1)
            past = await provider.placement.history("echo")
            assert [each.number for each in past if each.serving] == [5]

    run(steps())


def test_going_back_to_what_serves_is_no_work(make, archive):
    async def steps():
        async with started(make()) as provider:
            await deployed(provider, archive, 2)
            assert (await provider.placement.rollback("echo", 2)).number == 2
            assert await numbers(provider) == [2, 1]

    run(steps())


def test_there_must_be_something_to_go_back_to(make, archive):
    async def steps():
        async with started(make()) as provider:
            await deployed(provider, archive, 1)
            with pytest.raises(InvalidRequest, match="no earlier revision"):
                await provider.placement.rollback("echo", None)
            with pytest.raises(NotFound, match="no revision 7"):
                await provider.placement.rollback("echo", 7)
            with pytest.raises(NotFound):
                await provider.placement.rollback("nope", None)
            with pytest.raises(NotFound):
                await provider.placement.history("nope")

    run(steps())


def test_secrets_are_kept_by_name_and_their_values_never_come_back(make):
    async def steps():
        async with started(make()) as provider:
            assert list(await provider.stores.secrets.names()) == []
            await provider.stores.secrets.put("token", b"xyzzy", replace=False)
            await provider.stores.secrets.put("api.key", b"\x00plugh", replace=False)
            assert list(await provider.stores.secrets.names()) == ["api.key", "token"]
            with pytest.raises(AlreadyExists) as taken:
                await provider.stores.secrets.put("token", b"xyzzy", replace=False)
            assert "xyzzy" not in str(taken.value)
            await provider.stores.secrets.put("token", b"new", replace=True)
            with pytest.raises(NotFound):
                await provider.stores.secrets.put("other", b"", replace=True)
            await provider.stores.secrets.delete("token")
            with pytest.raises(NotFound):
                await provider.stores.secrets.delete("token")
            assert list(await provider.stores.secrets.names()) == ["api.key"]

    run(steps())


def test_a_function_wants_secrets_that_are_here(make, archive):
    async def steps():
        async with started(make(), archive) as provider:
            wanting = version(archive, 1, secrets=("token", "regcred"))
            with pytest.raises(InvalidRequest, match="secret token is not here"):
                await provider.placement.deploy(wanting)
            await provider.stores.secrets.put("token", b"xyzzy", replace=False)
            await provider.placement.deploy(wanting)
            await settled(provider)
            with pytest.raises(InvalidRequest, match="wanted by function echo"):
                await provider.stores.secrets.delete("token")
            await provider.placement.update(version(archive, 2))
            await settled(provider)
            await provider.stores.secrets.delete("token")
            with pytest.raises(InvalidRequest, match="secret token is not here"):
                await provider.placement.rollback("echo", None)
            assert "xyzzy" not in repr(await provider.placement.history("echo"))

    run(steps())


def test_usage_is_what_the_replicas_take(make, archive):
    async def steps():
        async with started(make()) as provider:
            await deployed(provider, archive, 1)
            used = await provider.placement.usage("echo")
            assert used.memory_bytes > 1 << 20
            assert used.cpu_millicores >= 0
            await provider.placement.scale("echo", 0)
            assert (await provider.placement.usage("echo")).memory_bytes == 0
            with pytest.raises(NotFound):
                await provider.placement.usage("nope")

    run(steps())


async def crash(provider, target):
    """Let a replica end by itself while it has a call, as this provider's replicas do."""
    if isinstance(provider, FakeProvider):
        cause = "killed by signal 11 (SIGSEGV)"
        ended = ReplicaExit(cause, f"{cause}; in handle", READY, "echo-1", target.address)
        await provider.lose(target.address, ended)
        return
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await session.post(target.address, data=b"end", headers={"Content-Type": "text/plain"})


async def recovered(provider, target):
    """Wait until its place is taken."""
    if isinstance(provider, FakeProvider):
        await provider.recover(target.address)
    return await provider.routing.ready("echo", asyncio.get_running_loop().time() + 30)


def test_a_replica_that_ends_by_itself_is_explained_everywhere(make, archive):
    async def steps():
        now = asyncio.get_running_loop().time
        async with started(make()) as provider:
            await deployed(provider, archive, 1)
            (target,) = provider.routing.targets("echo")
            asking = asyncio.create_task(provider.routing.ended("echo", target, now() + 30))
            assert await asking is None  # it lives: nobody waits for its end
            await crash(provider, target)
            ended = await provider.routing.ended("echo", target, now() + 30)
            assert ended.cause.startswith("killed by signal 11 (SIGSEGV)")
            assert ended.reason.startswith(ended.cause + "; in handle")
            assert (ended.address, ended.replica.startswith("echo-")) == (target.address, True)
            assert await recovered(provider, target)
            status = await provider.placement.describe("echo")
            assert (status.restarts, status.last_exit, status.rollout) == (1, ended, READY)
            (revision,) = await provider.placement.history("echo")
            assert (revision.restarts, revision.last_exit, revision.reason) == (1, ended, "")
            with pytest.raises(NotFound):
                await provider.routing.ended("nope", target, now() + 30)

    run(steps())


def test_the_newest_revision_is_told_beside_the_one_that_serves(make, archive, tmp_path):
    """It hangs while it starts: what is ready of the old one is none of its replicas."""
    os.mkfifo(tmp_path / "gate")
    hangs = f"open({str(tmp_path / 'gate')!r}).readline()\nraise ValueError('no weights')\n"
    (tmp_path / "src" / "handler.py").write_text(hangs + HANDLER)
    other = pack(tmp_path, Entry("./src", "handler.py", "handle"), (), ())

    async def steps():
        gate = asyncio.Event()
        async with started(make()) as provider:
            if isinstance(provider, FakeProvider):
                provider.scripts[other.image] = Script(gate=gate, fault="no weights")
            await deployed(provider, archive, 1)
            await provider.placement.scale("echo", 2)
            status = await settled(provider)
            assert (status.revision, status.newest, status.progress) == (1, 1, None)
            await provider.stores.archives.put(other.digest, chunks(other.data))
            await provider.placement.update(FunctionSpec("echo", other.image))
            status = await provider.placement.describe("echo")
            assert (status.revision, status.newest, status.available) == (1, 2, 2)
            assert (status.rollout, status.progress) == (PROGRESSING, Progress(2, 0))
            gate.set()
            # Open for both directions, so that this waits for nobody and no reader waits for ever.
            end = os.open(tmp_path / "gate", os.O_RDWR)
            try:
                while (status := await provider.placement.describe("echo")).rollout != FAILED:
                    os.write(end, b"\n")
                    await asyncio.sleep(0.02)
            finally:
                os.close(end)
            assert (status.revision, status.newest, status.progress) == (1, 2, None)
            assert (status.available, "no weights" in status.reason) == (2, True)

    run(steps())


@LASTING
def test_stopped_and_started_again_it_has_what_was_deployed(make, archive):
    async def steps():
        async with started(make(), archive) as provider:
            await provider.placement.deploy(FunctionSpec("echo", archive.image))
            await settled(provider)
            await provider.placement.scale("echo", 2)
        async with started(make()) as provider:
            assert (await settled(provider)).available == 2

    run(steps())


@LASTING
@pytest.mark.parametrize("digest", ["0" * 64, "short", "../../evil", "A" * 64])
def test_an_archive_of_another_name_is_refused(make, tmp_path, archive, digest):
    async def steps():
        async with started(make()) as provider:
            with pytest.raises(ArchiveError):
                await provider.stores.archives.put(digest, chunks(archive.data))
            assert not list((tmp_path / "home" / "archives").glob("*"))
            assert not await provider.stores.archives.has(digest)

    run(steps())


def test_an_archive_that_cannot_be_unpacked_fails_its_rollout_with_the_reason(tmp_path):
    data = b"this is no tar"
    digest = hashlib.sha256(data).hexdigest()

    async def steps():
        async with started(ProcessProvider(tmp_path / "home")) as provider:
            await provider.stores.archives.put(digest, chunks(data))
            await provider.placement.deploy(FunctionSpec("bad", f"archive:sha256:{digest}"))
            while (status := await provider.placement.describe("bad")).rollout != "failed":
                await asyncio.sleep(0.02)
            assert "cannot be unpacked" in status.reason

    run(steps())


def test_what_happens_is_told_while_it_happens(make, archive):
    heard = []

    async def steps():
        provider = make()
        provider.listen(heard.append)
        async with started(provider):
            await provider.stores.archives.put(archive.digest, chunks(archive.data))
            await provider.placement.deploy(FunctionSpec("echo", archive.image))
            await settled(provider)
            await provider.placement.update(FunctionSpec("echo", archive.image, env={"A": "1"}))
            await settled(provider)
            await provider.placement.delete("echo")
            count = len(heard)
        assert not [each for each in heard[count:] if not isinstance(each, ReplicaEnded)]

    run(steps())
    assert {each.function for each in heard} == {"echo"}
    ends = [each for each in heard if isinstance(each, RolloutEnded)]
    assert [(each.revision, each.result, each.is_restored) for each in ends] == [
        (1, READY, False), (2, READY, False),
    ]  # fmt: skip
    steps_told = [each for each in heard if isinstance(each, RolloutStep)]
    assert (steps_told[0].revision, steps_told[0].step) == (1, "preparing")
    assert heard.index(ends[0]) < [each.revision for each in heard].index(2)


def test_what_replicas_use_is_told_of_every_function_that_is_there(make, archive):
    async def steps():
        async with started(make()) as provider:
            if provider.measuring is None:
                return
            await provider.stores.archives.put(archive.digest, chunks(archive.data))
            await provider.placement.deploy(FunctionSpec("echo", archive.image))
            await settled(provider)
            used = await provider.measuring.consumption()
            assert set(used) == {"echo"}
            assert used["echo"].memory_bytes > 1 << 20
            assert used["echo"].cpu_seconds > 0
            await provider.placement.delete("echo")

    run(steps())


@LASTING
def test_a_start_of_the_provider_is_no_rollout(make, archive):
    async def steps():
        heard = []
        async with started(make(), archive) as provider:
            await provider.placement.deploy(FunctionSpec("echo", archive.image))
            await settled(provider)
        again = make()
        again.listen(heard.append)
        async with started(again):
            await settled(again)
            await again.placement.delete("echo")
        (end,) = [each for each in heard if isinstance(each, RolloutEnded)]
        assert (end.result, end.is_restored) == (READY, True)

    run(steps())


def judged(archive, number, mode, **terms):
    asked = {"mode": mode, "share": "0.25", **terms}
    annotations = {f"dcf.rollout.{key}": text for key, text in asked.items()}
    return version(archive, number, annotations=annotations)


async def candidate(provider, archive, number, mode):
    """Update to a canary or shadow, and wait until it is ready to be judged."""
    await provider.placement.update(judged(archive, number, mode))
    limit = time.monotonic() + 60
    while (status := await provider.placement.describe("echo")).judged != mode:
        assert time.monotonic() < limit, status
        await asyncio.sleep(0.05)
    return status


def shares(provider):
    return {each.revision: each.weight for each in provider.routing.targets("echo")}


def test_a_canary_shares_the_calls_until_it_is_settled(make, archive):
    heard = []

    async def steps():
        provider = make()
        provider.listen(heard.append)
        async with started(provider):
            await deployed(provider, archive, 1)
            status = await candidate(provider, archive, 2, "canary")
            assert (status.rollout, status.revision, status.newest) == (PROGRESSING, 1, 2)
            assert (status.replicas, status.available) == (1, 1)
            assert shares(provider) == {1: 0.75, 2: 0.25}
            assert not provider.routing.shadows("echo")
            (told,) = (each for each in heard if isinstance(each, CandidateReady))
            assert (told.revision, told.serving, told.terms) == (2, 1, Terms("canary", 0.25))
            for number in (1, 3):
                with pytest.raises(InvalidRequest, match="no canary or shadow"):
                    await provider.placement.settle("echo", number, "late", keep=True)
            await provider.placement.settle("echo", 2, "as good", keep=True)
            status = await settled(provider)
            assert (status.revision, status.judged, shares(provider)) == (2, "", {2: 1.0})
            newest, _ = await provider.placement.history("echo")
            assert (newest.rollout, newest.serving, newest.reason) == (READY, True, "as good")
            with pytest.raises(InvalidRequest, match="no canary or shadow"):
                await provider.placement.settle("echo", 2, "again", keep=False)
            with pytest.raises(NotFound):
                await provider.placement.settle("nope", 1, "", keep=False)

    run(steps())


@pytest.mark.parametrize(("mode", "outcome"), [("canary", FAILED), ("shadow", ENDED)])
def test_one_that_goes_back_leaves_what_serves_and_is_tried_again_when_asked(
    make, archive, mode, outcome
):
    heard = []

    async def steps():
        provider = make()
        provider.listen(heard.append)
        async with started(provider):
            await deployed(provider, archive, 1)
            await candidate(provider, archive, 2, mode)
            await provider.placement.settle("echo", 2, "worse", keep=False)
            limit = time.monotonic() + 60
            while (newest := (await provider.placement.history("echo"))[0]).rollout != outcome:
                assert time.monotonic() < limit, newest
                await asyncio.sleep(0.02)
            assert (newest.reason, newest.serving) == ("worse", False)
            status = await provider.placement.describe("echo")
            assert (status.rollout, status.reason, status.judged) == (outcome, "worse", "")
            assert shares(provider) == {1: 1.0}
            end = [each for each in heard if isinstance(each, RolloutEnded)][-1]
            assert (end.revision, end.result, end.reason) == (2, outcome, "worse")
            with pytest.raises(InvalidRequest, match="no earlier revision"):
                await provider.placement.rollback("echo", None)

    run(steps())


def test_a_shadow_gets_no_calls_and_its_replicas_are_told_apart(make, archive):
    async def steps():
        async with started(make()) as provider:
            await deployed(provider, archive, 1)
            await candidate(provider, archive, 2, "shadow")
            assert shares(provider) == {1: 1.0}
            (shadow,) = provider.routing.shadows("echo")
            assert shadow.revision == 2
            with pytest.raises(NotFound):
                provider.routing.shadows("nope")
            await provider.placement.update(version(archive, 3))
            await settled(provider)
            assert (shares(provider), list(provider.routing.shadows("echo"))) == ({3: 1.0}, [])

    run(steps())


def test_going_back_during_a_canary_is_to_what_serves_and_is_not_judged(make, archive):
    async def steps():
        async with started(make()) as provider:
            await deployed(provider, archive, 2)
            await candidate(provider, archive, 3, "canary")
            begun = await provider.placement.rollback("echo", None)
            assert (begun.number, begun.spec) == (4, version(archive, 2))
            await settled(provider)
            assert shares(provider) == {4: 1.0}
            begun = await provider.placement.rollback("echo", 3)
            assert begun.spec == version(archive, 3)  # without its terms
            await settled(provider)
            assert shares(provider) == {5: 1.0}

    run(steps())
