"""Writes a bundle's folder, all or nothing."""

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from models.ssd.manifest import FileSpec, Manifest, format_manifest


def write_bundle(folder: Path, manifest: Manifest, contents: Mapping[str, bytes]) -> Manifest:
    """Writes a bundle beside its place and moves it there when it is complete.

    Args:
        folder: Where the bundle is to be; what is there is replaced.
        manifest: The manifest; its ``files`` are filled in here.
        contents: Content of each file by name.

    Returns:
        The manifest as written.
    """
    files = {
        name: FileSpec(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
        for name, content in sorted(contents.items())
    }
    complete = msgspec.structs.replace(manifest, files=files)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        fresh = Path(scratch) / "fresh"
        fresh.mkdir()
        for name, content in contents.items():
            (fresh / name).write_bytes(content)
        (fresh / "manifest.json").write_bytes(format_manifest(complete))
        if folder.exists():
            folder.rename(Path(scratch) / "replaced")
        fresh.rename(folder)
    return complete


def read_contents(folder: Path) -> dict[str, bytes]:
    """The files of a bundle's folder by name, the manifest left out."""
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != "manifest.json"
    }
