"""Where the registry is."""

import pytest

from models.commands.registry_place import open_registry
from models.registry.errors import RegistryError


def test_a_folder_of_the_user_and_an_address(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    registry = open_registry("~/models")
    assert list(registry.models()) == []
    assert not (tmp_path / "models").exists()
    with pytest.raises(RegistryError):
        list(open_registry("nothing-like-it://bucket/models").models())
