"""The committed bundles: what they are called, and what a rebuilt one takes over from them."""

import shutil
from pathlib import Path

import msgspec

from ..ssd.bundle import Bundle, open_bundle
from ..ssd.convert.folder import read_contents, write_bundle
from ..ssd.description import Metrics
from ..ssd.errors import BundleError
from ..ssd.manifest import Manifest
from .catalogue import CATALOGUE

ENTRY = CATALOGUE["ssdlite-mobilenet-v2"]
IMPORTER = ENTRY.importers["coco-ssd"]
FLOAT_NAME = IMPORTER.model
INT8_NAME = f"{FLOAT_NAME}_int8"
WEIGHTS_FILE = Path("weights") / f"{FLOAT_NAME}.npz"


def replace_committed(built: Path, committed: Path) -> None:
    """Copies rebuilt bundles over the committed ones.

    Args:
        built: Folder of the rebuilt bundles.
        committed: Folder of the committed bundles.

    Raises:
        BundleError: A rebuilt bundle cannot be opened.
    """
    for name in (FLOAT_NAME, INT8_NAME):
        manifest = keep_notes(open_bundle(built / name), committed / name)
        write_bundle(committed / name, manifest, read_contents(built / name))
    (committed / WEIGHTS_FILE).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(built / WEIGHTS_FILE, committed / WEIGHTS_FILE)


def keep_notes(built: Bundle, committed: Path) -> Manifest:
    """The built manifest; an unchanged graph keeps what else was written down of it.

    That is its figures, unless they were measured anew, and what this release does not know.
    """
    try:
        known = open_bundle(committed)
    except BundleError:
        return built.manifest
    if known.graph != built.graph:
        return built.manifest
    ours, theirs = built.manifest, known.manifest
    metrics = theirs.metrics if ours.metrics == Metrics() else ours.metrics
    return msgspec.structs.replace(ours, metrics=metrics, others=theirs.others | ours.others)
