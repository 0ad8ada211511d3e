"""What any place of a registry must do."""

import secrets
import threading

import pytest

from models.registry.errors import RegistryError
from models.registry.stores import open_store

KINDS = ("folder", "memory", pytest.param("s3", marks=pytest.mark.lifecycle))


@pytest.fixture(params=KINDS)
def store(request, tmp_path):
    if request.param == "folder":
        return open_store(str(tmp_path / "registry"))
    root = "memory:/" if request.param == "memory" else request.getfixturevalue("s3")
    return open_store(f"{root}/{secrets.token_hex(8)}/models")


def names(store, folder):
    return [entry.name for entry in store.entries(folder)]


def test_what_is_not_there(store):
    assert store.read("models/a.json") is None
    assert not store.has("models/a.json")
    assert names(store, "models") == []
    store.remove("models/a.json")


def test_a_new_file_is_written_once(store):
    assert store.create("models/a.json", b"first")
    assert not store.create("models/a.json", b"second")
    assert store.read("models/a.json") == b"first"
    assert store.has("models/a.json")


def test_a_file_can_be_replaced_and_removed(store, tmp_path):
    store.replace("tags/best.json", b"one")
    store.replace("tags/best.json", b"two, which is longer")
    assert store.read("tags/best.json") == b"two, which is longer"
    file = tmp_path / "file"
    file.write_bytes(b"three")
    store.upload("tags/best.json", file)
    assert store.read("tags/best.json") == b"three"
    store.remove("tags/best.json")
    assert store.read("tags/best.json") is None


def test_entries_lie_below_their_folder_in_order_of_names(store):
    for name in ("blobs/bb/b", "blobs/aa/a", "models/a.json", "blobsy"):
        store.replace(name, b"12345")
    entries = list(store.entries("blobs"))
    assert [entry.name for entry in entries] == ["blobs/aa/a", "blobs/bb/b"]
    assert [entry.size for entry in entries] == [5, 5]
    assert all(entry.changed > 1.6e9 for entry in entries)


def test_of_many_that_create_one_name_one_succeeds(store, request):
    start, won = threading.Barrier(8), []

    def create(number):
        start.wait()
        if store.create("models/a.json", b"%d" % number):
            won.append(number)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A store of memory has no such promise between threads, but never more than one content.
    promised = "memory" not in request.node.callspec.id
    assert store.read("models/a.json") in {b"%d" % number for number in won}
    assert len(won) == 1 or not promised


def test_several_may_add_while_nobody_prunes(store):
    with store.together(), store.together():
        store.replace("models/a.json", b"")
    with store.alone():
        store.remove("models/a.json")


def test_a_place_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    store = open_store(str(tmp_path / "file" / "registry"))
    with pytest.raises(RegistryError, match=r"registry .*file/registry: "):
        store.create("models/a.json", b"")
    with pytest.raises(RegistryError, match="nowhere://x"):
        open_store("nowhere://x")
