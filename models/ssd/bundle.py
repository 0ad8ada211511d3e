"""A bundle: a folder that is a model, and the only thing the serving path reads.

Every file is checked against the manifest before anything is parsed, and nothing is ever unpickled.
"""

import hashlib
from pathlib import Path, PurePosixPath

import msgspec

from .errors import BundleError
from .labels import Labels, parse_labels
from .manifest import FileSpec, Manifest, parse_manifest

EMBEDDED = Path(__file__).parent / "bundles"
DEFAULT_BUNDLE = EMBEDDED / "ssdlite_mobilenet_v2_coco_int8"
_LABELS = "labels.txt"
_SHOWN = 100
_MANIFEST_LIMIT = 16 * 1024 * 1024


class Bundle(msgspec.Struct, frozen=True):
    """A verified bundle.

    Attributes:
        path: The folder.
        manifest: What is written down about the model.
        labels: Its classes.
        digest: SHA-256 of ``manifest.json``, which holds the digest of every other file, so that it
            stands for the whole bundle.
        graph: Content of the graph file; empty when the graph is a folder.
    """

    path: Path
    manifest: Manifest
    labels: Labels
    digest: str
    graph: bytes


def find_bundle(path: Path) -> Path:
    """The folder that a person means.

    Args:
        path: A folder, or the bare name of an embedded bundle; a folder of that name wins.

    Returns:
        The folder.

    Raises:
        BundleError: It is neither; the message lists the embedded bundles.
    """
    if path.is_dir():
        return path
    if path.name == str(path) and (EMBEDDED / path / "manifest.json").is_file():
        return EMBEDDED / path
    embedded = sorted(file.parent.name for file in EMBEDDED.glob("*/manifest.json"))
    raise BundleError(
        f"bundle {path} is neither a folder nor one of those embedded: {', '.join(embedded)}"
        f"{_hint(str(path), embedded)}"
    )


def _hint(word: str, embedded: list[str]) -> str:
    from difflib import get_close_matches  # at an error alone

    found = get_close_matches(word[:_SHOWN], embedded, 1)
    return f"; did you mean {found[0]}?" if found else ""


def open_bundle(path: Path) -> Bundle:
    """Opens a bundle and verifies it.

    Args:
        path: The bundle's folder, or the bare name of an embedded one.

    Returns:
        The bundle, with its graph read into memory.

    Raises:
        BundleError: A file is missing, changed or unsafe, or the manifest is not understood. The
            message names the file.
    """
    path = find_bundle(path)
    manifest_bytes = _read(path / "manifest.json", "manifest.json", _MANIFEST_LIMIT)
    manifest = parse_manifest(manifest_bytes)
    contents = {name: _verified(path, name, spec) for name, spec in manifest.files.items()}
    if _LABELS not in contents:
        raise BundleError("manifest.json lists no labels.txt")
    graph = contents.get(manifest.graph, b"")
    if not graph and not any(name.startswith(f"{manifest.graph}/") for name in contents):
        raise BundleError(f"manifest.json names graph {manifest.graph!r} but does not list it")
    return Bundle(
        path=path,
        manifest=manifest,
        labels=parse_labels(contents[_LABELS], manifest.outputs.class_ids),
        digest=hashlib.sha256(manifest_bytes).hexdigest(),
        graph=graph,
    )


def _verified(folder: Path, name: str, spec: FileSpec) -> bytes:
    """Reads a listed file and refuses it unless length and digest are the manifest's."""
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\\" in name or not parts.parts:
        raise BundleError(f"manifest.json lists {name!r}, which leads out of the bundle")
    file = folder / parts
    if not file.resolve().is_relative_to(folder.resolve()):
        raise BundleError(f"{name} is a link out of the bundle")
    content = _read(file, name, spec.bytes)
    if len(content) != spec.bytes:
        raise BundleError(
            f"{name} is incomplete: {len(content)} bytes, the manifest says {spec.bytes}"
        )
    digest = hashlib.sha256(content).hexdigest()
    if digest != spec.sha256:
        raise BundleError(
            f"{name} was changed: its SHA-256 is {digest[:12]}..., "
            f"the manifest says {spec.sha256[:12]}..."
        )
    return content


def _read(file: Path, name: str, limit: int) -> bytes:
    try:
        if file.stat().st_size > limit:
            raise BundleError(f"{name} is larger than the {limit} bytes expected")
        return file.read_bytes()
    except OSError as error:
        raise BundleError(f"{name} cannot be read: {error.strerror}") from error
