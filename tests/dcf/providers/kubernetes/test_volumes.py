"""Secrets and what was unpacked lie in folders, read-only, and no key to a registry among them."""

from dcf.archive import Entry
from dcf.providers.kubernetes import volumes
from dcf.providers.kubernetes.revisions import Asked, Stored
from dcf.providers.placement import FunctionSpec

CODE, FOLDER = "a" * 64, "b" * 64
STORED = {
    CODE: Stored(CODE, ("code-0", "code-1"), Entry("src", "handler.py", "handle")),
    FOLDER: Stored(FOLDER, ("folder-0",)),
}


def asked(**more):
    spec = FunctionSpec(
        "echo", f"archive:sha256:{CODE}", secrets=("token", "regcred", "token"), **more
    )
    return Asked(spec, 1, "", stored=STORED, pull_secrets=frozenset({"regcred"}))


def test_a_pod_without_needs_has_no_volume():
    bare = Asked(FunctionSpec("echo", "echo:1"), 1, "")
    assert volumes.volumes_of(bare) == volumes.function_mounts(bare) == []


def test_every_mount_has_its_volume_and_each_is_mounted():
    wanted = asked(read_only=True)
    there = [each["name"] for each in volumes.volumes_of(wanted)]
    mounts = volumes.function_mounts(wanted) + volumes.unpacking_mounts(wanted)
    assert len(there) == len(set(there))
    assert {each["name"] for each in mounts} == set(there)
    assert all(len(name) <= 63 for name in there)


def test_a_function_writes_to_nothing_but_tmp():
    mounts = volumes.function_mounts(asked(read_only=True))
    assert [each["mountPath"] for each in mounts if not each.get("readOnly")] == ["/tmp"]
    assert [each for each in volumes.function_mounts(asked()) if not each["readOnly"]] == []


def test_secrets_are_one_folder_that_follows_their_values():
    (secrets,) = [each for each in volumes.volumes_of(asked()) if each["name"] == "secrets"]
    assert secrets["projected"] == {"sources": [{"secret": {"name": "token"}}]}
    (mount,) = [each for each in volumes.function_mounts(asked()) if each["name"] == "secrets"]
    assert "subPath" not in mount  # which would keep the first value for ever
    assert mount["mountPath"] == "/var/openfaas/secrets"


def test_parts_are_files_whose_names_are_in_their_order():
    stored = {CODE: Stored(CODE, tuple(f"part-{number}" for number in range(12)))}
    (packed,) = [
        each
        for each in volumes.volumes_of(Asked(FunctionSpec("f", "f:1"), 1, "", stored=stored))
        if "projected" in each
    ]
    items = [each["configMap"] for each in packed["projected"]["sources"]]
    paths = [each["items"][0]["path"] for each in items]
    assert paths == sorted(paths)
    assert [each["name"] for each in items] == [f"part-{number}" for number in range(12)]


def test_a_variable_that_names_an_attachment_holds_its_folder():
    spec = FunctionSpec("f", "f:1", env={"MODEL": f"attachment:sha256:{FOLDER}", "A": "1"})
    assert volumes.with_folders(spec, {"MODEL": FOLDER}) == {
        "MODEL": f"/dcf/unpacked/{FOLDER}", "A": "1",
    }  # fmt: skip


def test_keys_to_registries_are_known_by_name_or_by_type():
    assert volumes.is_registry_key("regcred", "")
    assert volumes.is_registry_key("mine", "kubernetes.io/dockerconfigjson")
    assert volumes.is_registry_key("old", "kubernetes.io/dockercfg")
    assert not volumes.is_registry_key("token", "Opaque")
