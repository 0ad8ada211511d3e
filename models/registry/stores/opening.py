"""From what a person names to a store."""

from pathlib import Path

from .folder import FolderStore
from .port import Store


def open_store(place: str) -> Store:
    """Opens the place of a registry.

    Args:
        place: A folder, or an address with ``://`` of a store that fsspec knows.

    Returns:
        The store; nothing is made before something is written.

    Raises:
        RegistryError: The kind of store is not known, or not installed.
    """
    if place.startswith("file://"):
        return FolderStore(Path(place.removeprefix("file://")))
    if "://" in place:
        from .objects import ObjectStore

        return ObjectStore(place)
    return FolderStore(Path(place))
