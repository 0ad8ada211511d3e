"""Writes a bundle's folder, all or nothing."""

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ..manifest import FileSpec, Manifest, format_manifest


def write_bundle(folder: Path, manifest: Manifest, contents: Mapping[str, bytes]) -> Manifest:
    """Writes a bundle beside its place and moves it there when it is complete.

    Args:
        folder: Where the bundle is to be; what is there is replaced.
        manifest: The manifest; its ``files`` are filled in here.
        contents: Content of each file by its path in the bundle, with forward slashes.

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
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes(content)
        (fresh / "manifest.json").write_bytes(format_manifest(complete))
        if folder.exists():
            folder.rename(Path(scratch) / "replaced")
        fresh.rename(folder)
    return complete


def read_contents(folder: Path) -> dict[str, bytes]:
    """The files of a bundle's folder by their paths in it, the manifest left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / "manifest.json"
    }
