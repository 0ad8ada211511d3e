"""A registry in a folder, and small bundles to put into it."""

import msgspec
import pytest

from models.registry.registry import Registry
from models.registry.stores import open_store
from models.ssd.bundle import DEFAULT_BUNDLE, open_bundle
from models.ssd.convert.folder import read_contents, write_bundle


class Clock:
    now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def place(tmp_path):
    return tmp_path / "registry"


@pytest.fixture
def registry(place, clock):
    return Registry(open_store(str(place)), clock)


@pytest.fixture
def bundle(tmp_path):
    """Makes a bundle that differs in its version alone: the same graph and labels."""

    def make(version, **contents):
        folder = tmp_path / f"bundle-{version}"
        manifest = open_bundle(DEFAULT_BUNDLE).manifest
        changed = msgspec.structs.replace(manifest, version=version)
        write_bundle(folder, changed, read_contents(DEFAULT_BUNDLE) | contents)
        return folder

    return make
