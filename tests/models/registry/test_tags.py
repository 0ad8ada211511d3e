"""Tags that cannot be read say so."""

import pytest

from models.registry.errors import RegistryError
from models.registry.stores import open_store
from models.registry.tags import Tags, timestamp


def test_a_broken_tag_is_named(tmp_path):
    store = open_store(str(tmp_path))
    store.replace("tags/best.json", b"{")
    with pytest.raises(RegistryError, match=r"tags/best\.json is not usable"):
        Tags(store, lambda: 0.0).all()


def test_times_are_utc():
    assert timestamp(0) == "1970-01-01T00:00:00+00:00"
