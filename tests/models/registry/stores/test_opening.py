"""From what a person names to a store."""

import pytest

from models.registry.stores.folder import FolderStore
from models.registry.stores.objects import ObjectStore
from models.registry.stores.opening import open_store


@pytest.mark.parametrize(
    ("place", "kind"),
    [("models", FolderStore), ("file:///tmp/models", FolderStore), ("memory://x", ObjectStore)],
)
def test_addresses_and_folders(place, kind):
    assert isinstance(open_store(place), kind)
