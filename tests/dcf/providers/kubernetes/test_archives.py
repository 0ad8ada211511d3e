"""Archives in ConfigMaps: in parts, whole or not at all, and refused where a cluster takes none."""

import asyncio
import hashlib
import io
import tarfile

import pytest

from dcf.archive import Entry, pack
from dcf.errors import ArchiveError
from dcf.providers.kubernetes import archives, names
from dcf.providers.kubernetes.api import ApiError
from dcf.providers.placement import FunctionSpec
from tests.dcf.providers.kubernetes.api_server import run
from tests.dcf.providers.kubernetes.on_cluster import CORE
from tests.dcf.providers.kubernetes.working import cluster_of, working
from tests.kubernetes.fake.cluster import Fault

PATH = f"{CORE}/configmaps"


@pytest.fixture
def cluster(tmp_path):
    with cluster_of(tmp_path) as cluster:
        yield cluster


def packed(folder, requirements=""):
    (folder / "src").mkdir()
    (folder / "src" / "handler.py").write_text("def handle(body):\n    return body\n")
    (folder / "src" / "requirements.txt").write_text(requirements)
    return pack(folder, Entry("src", "handler.py", "handle"), (), ())


def tarred(size):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo("weights")
        member.size = size
        tar.addfile(member, io.BytesIO(bytes(size)))
    return buffer.getvalue()


def sha(data):
    return hashlib.sha256(data).hexdigest()


async def chunks(data, size=100_000):
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def parts_of(work):
    return [
        each
        for each in (await work.api.get(PATH))["items"]
        if each["metadata"]["labels"][names.KEPT] == archives.PART
    ]


def test_a_large_one_is_in_parts_that_nobody_changes_and_that_go_together(cluster):
    data = tarred(2_000_000)

    async def steps():
        async with working(cluster) as work:
            store, digest = work.parts.archives, sha(data)
            assert not await store.has(digest)
            await store.put(digest, chunks(data))
            assert await store.has(digest)
            parts = await parts_of(work)
            assert len(parts) == 3
            assert all(each["immutable"] for each in parts)
            spec = FunctionSpec("f", "f:1", env={"W": f"attachment:sha256:{digest}"})
            found = (await store.wanted(spec))[digest]
            assert (len(found.parts), found.entry) == (3, None)
            await store.put(digest, chunks(data))  # again is no work
            await work.api.delete(f"{PATH}/{archives.list_name(digest)}")
            assert not await store.has(digest)
            while await parts_of(work):
                await asyncio.sleep(0.01)

    run(steps())


def test_two_gateways_may_store_the_same_at_once(cluster):
    data = tarred(1_500_000)

    async def steps():
        async with working(cluster) as one, working(cluster, leads=False) as other:
            puts = [each.parts.archives.put(sha(data), chunks(data)) for each in (one, other)]
            await asyncio.gather(*puts)
            assert await one.parts.archives.has(sha(data))
            assert len(await parts_of(one)) == 2

    run(steps())


def test_one_that_was_broken_off_is_not_here_and_can_be_put_again(cluster):
    data = tarred(1_500_000)

    async def steps():
        async with working(cluster) as work:
            store = work.parts.archives
            meta = {"name": archives.list_name(sha(data)), "labels": {names.KEPT: archives.KEPT}}
            begun = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}
            await work.api.create(PATH, begun)  # a gateway ended then
            assert not await store.has(sha(data))
            await store.put(sha(data), chunks(data))
            assert await store.has(sha(data))

    run(steps())


@pytest.mark.parametrize("digest", ["0" * 64, "short", "../../evil", "A" * 64])
def test_what_is_not_what_its_name_says_is_refused(cluster, digest):
    async def steps():
        async with working(cluster) as work:
            store = work.parts.archives
            with pytest.raises(ArchiveError):
                await store.put(digest, chunks(tarred(10)))
            assert not await store.has(digest)
            assert (await work.api.get(PATH))["items"] == []

    run(steps())


def test_what_cannot_be_unpacked_is_refused_before_it_is_stored(cluster):
    data = b"this is no tar"

    async def steps():
        async with working(cluster) as work:
            with pytest.raises(ArchiveError, match="cannot be unpacked"):
                await work.parts.archives.put(sha(data), chunks(data))

    run(steps())


def test_what_is_too_large_is_refused_with_what_to_do_instead(cluster, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 1 << 20)

    async def steps():
        async with working(cluster) as work:
            with pytest.raises(ArchiveError, match=r"over 1 MiB: .*image .*or on a volume"):
                await work.parts.archives.put("0" * 64, chunks(bytes(2 << 20)))

    run(steps())


def test_code_that_requires_packages_is_refused_when_it_is_deployed(cluster, tmp_path):
    code = packed(tmp_path, "numpy\n")

    async def steps():
        async with working(cluster) as work:
            await work.parts.archives.put(code.digest, chunks(code.data))
            with pytest.raises(ArchiveError, match=r"src/requirements.txt names packages"):
                await work.placement.deploy(FunctionSpec("echo", code.image))

    run(steps())


def test_an_attachment_is_no_code_and_what_is_missing_is_named(cluster, tmp_path):
    code, data = packed(tmp_path), tarred(10)

    async def steps():
        async with working(cluster) as work:
            store = work.parts.archives
            with pytest.raises(ArchiveError, match=f"archive {code.digest} is not here"):
                await store.wanted(FunctionSpec("f", code.image))
            await store.put(code.digest, chunks(code.data))
            await store.put(sha(data), chunks(data))
            with pytest.raises(ArchiveError, match="is no code"):
                await store.wanted(FunctionSpec("f", f"archive:sha256:{sha(data)}"))
            with pytest.raises(ArchiveError, match="archive:sha256"):
                await store.wanted(FunctionSpec("f", "archive:sha256:short"))
            wanted = await store.wanted(FunctionSpec("f", code.image))
            assert wanted[code.digest].entry == Entry("src", "handler.py", "handle")

    run(steps())


def test_a_cluster_that_does_not_answer_is_no_missing_archive(cluster):
    async def steps():
        async with working(cluster) as work:
            cluster.fail(Fault.FAILS)
            with pytest.raises(ApiError, match="the Kubernetes API at") as caught:
                await work.parts.archives.has("0" * 64)
            assert caught.value.status == 500

    run(steps())
