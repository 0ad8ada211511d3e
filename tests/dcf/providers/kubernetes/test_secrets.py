"""Secrets of a cluster: values go in and never come back, and others' are not touched."""

import base64

import pytest

from dcf.errors import AlreadyExists, InvalidRequest, NotFound
from dcf.providers.kubernetes.parts import parts_of
from dcf.providers.kubernetes.revisions import Ground
from dcf.providers.placement import READY, FunctionSpec
from tests.dcf.providers.kubernetes.api_server import run
from tests.dcf.providers.kubernetes.on_cluster import APPS, CORE, IDLE, api_of, viewing
from tests.dcf.providers.kubernetes.working import cluster_of, working

PATH = f"{CORE}/secrets"
WANTS = FunctionSpec("echo", IDLE, secrets=("token",))


@pytest.fixture
def cluster(tmp_path):
    with cluster_of(tmp_path) as cluster:
        yield cluster


def secret(name, kind="Opaque", **data):
    coded = {key: base64.b64encode(text.encode()).decode() for key, text in data.items()}
    return {
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "type": kind,
        "data": coded,
    }  # fmt: skip


def test_a_secret_is_one_file_of_its_own_name(cluster):
    async def steps():
        async with working(cluster) as work:
            await work.parts.secrets.put("api.key", b"\0xyzzy", replace=False)
            found = await work.api.get(f"{PATH}/api.key")
            assert found["data"] == {"api.key": base64.b64encode(b"\0xyzzy").decode()}
            await work.parts.secrets.put("api.key", b"", replace=True)
            assert (await work.api.get(f"{PATH}/api.key"))["data"] == {"api.key": ""}

    run(steps())


def test_others_secrets_are_wanted_but_not_listed_changed_or_deleted(cluster):
    async def steps():
        async with working(cluster) as work:
            made = await work.api.create(PATH, secret("theirs", password="xyzzy"))
            store = work.parts.secrets
            assert list(await store.names()) == []
            for change in (
                store.put("theirs", b"mine", replace=True),
                store.put("theirs", b"mine", replace=False),
                store.delete("theirs"),
            ):
                with pytest.raises(AlreadyExists, match="theirs") as caught:
                    await change
                assert "xyzzy" not in str(caught.value)
            assert await work.api.get(f"{PATH}/theirs") == made
            assert await store.wanted(("theirs",)) == frozenset()

    run(steps())


def test_keys_to_registries_are_for_the_kubelet_and_tokens_of_accounts_for_nobody(cluster):
    async def steps():
        async with working(cluster) as work:
            key = secret("pull", "kubernetes.io/dockerconfigjson", **{".dockerconfigjson": "{}"})
            await work.api.create(PATH, key)
            await work.api.create(PATH, secret("token", "kubernetes.io/service-account-token"))
            store = work.parts.secrets
            assert await store.wanted(("pull", "regcred")) == {"pull", "regcred"}
            with pytest.raises(InvalidRequest, match="secret token is not here"):
                await store.wanted(("token",))

    run(steps())


def test_what_serves_still_wants_its_secret_while_the_next_one_comes(cluster):
    async def steps():
        async with working(cluster) as work:
            store = work.parts.secrets
            await store.put("token", b"1", replace=False)
            await work.placement.deploy(WANTS)
            await work.reaches(READY)
            with pytest.raises(InvalidRequest, match="wanted by function echo"):
                await store.delete("token")
            await work.placement.update(FunctionSpec("echo", "lost:1"))
            with pytest.raises(InvalidRequest, match="wanted by function echo"):
                await store.delete("token")

    run(steps())


def test_a_deleted_function_wants_nothing_though_its_set_is_not_collected_yet(cluster):
    async def steps():
        async with working(cluster) as work:
            store = work.parts.secrets
            await store.put("token", b"1", replace=False)
            await work.placement.deploy(WANTS)
            await work.reaches(READY)
            # With a finalizer it stays, as in a cluster where collecting takes its time.
            (held,) = (await work.api.get(f"{APPS}/replicasets"))["items"]
            path = f"{APPS}/replicasets/{held['metadata']['name']}"
            await work.api.patch(path, {"metadata": {"finalizers": ["tests/held"]}})
            await work.placement.delete("echo")
            await work.placement.deploy(FunctionSpec("echo", IDLE))  # of that name, but another
            assert (await work.api.get(path))["spec"]["replicas"] == 1
            await store.delete("token")
            assert list(await store.names()) == []

    run(steps())


def test_what_another_gateway_did_a_moment_ago_counts(cluster):
    async def steps():
        async with working(cluster) as work, api_of(cluster) as second, viewing(second) as view:
            behind = parts_of(second, view, Ground("functions"), "v2").secrets
            await view.close()  # it stands still from here on
            await work.parts.secrets.put("token", b"1", replace=False)
            await work.placement.deploy(WANTS)
            with pytest.raises(InvalidRequest, match="wanted by function echo"):
                await behind.delete("token")
            await work.placement.delete("echo")
            await behind.delete("token")

    run(steps())


def test_what_no_cluster_keeps_is_refused(cluster):
    async def steps():
        async with working(cluster) as work:
            store = work.parts.secrets
            with pytest.raises(InvalidRequest, match="call it token"):
                await store.put("Token", b"xyzzy", replace=False)
            with pytest.raises(InvalidRequest, match="at most"):
                await store.put("token", bytes(1 << 20), replace=False)
            with pytest.raises(NotFound):
                await store.put("token", b"", replace=True)

    run(steps())
