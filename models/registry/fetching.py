"""A model of the registry as a bundle's folder again, all or nothing."""

import tempfile
from pathlib import Path

from .errors import RegistryError
from .record import ModelRecord
from .registry import Registry


def fetch_bundle(registry: Registry, record: ModelRecord, out: Path) -> None:
    """Writes the bundle beside its place and moves it there when it is complete.

    Args:
        registry: Where it lies.
        record: The model.
        out: Folder of the bundle; new or empty.

    Raises:
        ModelDamaged: A file is missing or was changed.
        RegistryError: Something else is in the place.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RegistryError(f"{out} is there already: choose a new or empty folder")
    contents = registry.fetch(record)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
        fresh = Path(scratch) / "fresh"
        for path, content in contents.items():
            (fresh / path).parent.mkdir(parents=True, exist_ok=True)
            (fresh / path).write_bytes(content)
        if out.is_dir():
            out.rmdir()
        fresh.rename(out)
