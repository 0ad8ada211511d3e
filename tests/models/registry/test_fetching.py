"""A model becomes a bundle's folder again, or nothing at all."""

import pytest

from models.registry.errors import ModelDamaged, RegistryError
from models.registry.fetching import fetch_bundle
from models.ssd.bundle import open_bundle


def test_it_is_the_bundle_that_was_added(registry, bundle, tmp_path):
    folder = bundle("1")
    record = registry.add(folder, "digits")
    fetch_bundle(registry, record, tmp_path / "new" / "out")
    assert open_bundle(tmp_path / "new" / "out").digest == open_bundle(folder).digest
    with pytest.raises(RegistryError, match="is there already"):
        fetch_bundle(registry, record, tmp_path / "new" / "out")


def test_a_damaged_model_leaves_nothing(registry, bundle, tmp_path, place):
    record = registry.add(bundle("1"), "digits")
    for path in (place / "blobs").rglob("*"):
        if path.is_file() and path.stat().st_size > 1_000_000:
            path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelDamaged, match=r"model\.tflite was changed"):
        fetch_bundle(registry, record, tmp_path / "out")
    assert not (tmp_path / "out").exists()
