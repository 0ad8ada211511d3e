"""Where a registry lies: a folder, or any object store that fsspec knows."""

from .opening import open_store
from .port import Entry, Store

__all__ = ["Entry", "Store", "open_store"]
