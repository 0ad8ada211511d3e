"""A model is found by what a person calls it."""

import pytest

from models.registry.errors import ModelDamaged, RegistryError, UnknownModel
from models.registry.gate.contestants import contestant, serving_contestant
from models.registry.origin import Origin
from models.ssd.bundle import DEFAULT_BUNDLE, open_bundle

MARKS = b"0123456789abcdef\nfedcba9876543210\n"


def test_a_model_of_the_registry_by_id_and_tag(registry, bundle):
    folder = bundle("1.0.0")
    record = registry.add(folder, "digits", origin=Origin(pictures=MARKS))
    registry.tag("serving", record.id)
    for name in ("digits-1", "serving"):
        with contestant(name, registry) as found:
            assert found.name == "digits-1"
            assert found.learnt_from == {"0123456789abcdef", "fedcba9876543210"}
            assert open_bundle(found.folder).digest == record.digest
    assert not found.folder.exists()
    with serving_contestant("serving", registry) as served:
        assert served.name == "digits-1"


def test_a_bundle_by_folder_and_by_name(registry, bundle, tmp_path):
    folder = bundle("1.0.0")
    for name, place in ((str(folder), folder), (DEFAULT_BUNDLE.name, DEFAULT_BUNDLE)):
        with contestant(name, registry) as found:
            assert (found.name, found.folder, found.learnt_from) == (place.name, place, None)
    run = tmp_path / "run"
    run.mkdir()
    (run / "pictures.txt").write_bytes(MARKS)
    with contestant(str(folder), registry, run) as found:
        assert len(found.learnt_from) == 2


def test_the_registry_comes_before_a_folder_of_the_same_name(
    registry, bundle, tmp_path, monkeypatch
):
    registry.add(bundle("1.0.0"), "digits")
    bundle("1.0.1").rename(tmp_path / "digits-1")
    monkeypatch.chdir(tmp_path)
    found = {}
    for name in ("digits-1", "./digits-1"):
        with contestant(name, registry) as each:
            found[name] = open_bundle(each.folder).manifest.version
    assert found == {"digits-1": "1.0.0", "./digits-1": "1.0.1"}


def test_nothing_serves_yet(registry):
    with serving_contestant("serving", registry) as nobody:
        assert nobody is None
    with pytest.raises(UnknownModel), serving_contestant("best", registry):
        pass


@pytest.mark.parametrize("name", ["digits-7", "no/such/folder", "UPPER"])
def test_nobody_of_that_name(registry, name):
    said = r"as a bundle: bundle .* is neither a folder"
    with pytest.raises(UnknownModel, match=said) as raised, contestant(name, registry):
        pass
    assert "\n" not in raised.value.message


def test_a_registry_that_cannot_be_read_is_not_passed_over(
    registry, bundle, place, tmp_path, monkeypatch
):
    """Where a folder has the same name, too."""
    record = registry.add(bundle("1.0.0"), "digits")
    bundle("1.0.1").rename(tmp_path / "digits-1")
    monkeypatch.chdir(tmp_path)
    sha256 = record.files["labels.txt"].sha256
    (place / "blobs" / sha256[:2] / sha256).write_bytes(b"x")
    with pytest.raises(ModelDamaged), contestant("digits-1", registry):
        pass
    (place / "models/digits-1.json").write_bytes(b"\x80\x04K\x01.")
    with pytest.raises(RegistryError, match="is not usable"), contestant("digits-1", registry):
        pass
