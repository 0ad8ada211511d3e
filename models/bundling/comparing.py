"""Compares rebuilt bundles with the committed ones: digests first, then what they answer."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from ..ssd import convert
from ..ssd.bundle import Bundle, open_bundle
from ..ssd.convert.check import answer_error, run_graph
from ..ssd.description import Metrics, Provenance
from ..ssd.manifest import Manifest
from .committed import WEIGHTS_FILE
from .photos import Photos

TOLERANCES = {"float32": 1e-3, "int8": 0.2}
"""Logits, root mean square, where either scores above 0.05. Processors add in different orders: a
float32 graph hardly notices, but a weight may fall on the other side of its rounding."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one file came out.

    Attributes:
        file: Its path among the bundles.
        verdict: ``same``, or how it differs.
        holds: Whether that is within the tolerance.
    """

    file: str
    verdict: str
    holds: bool


def compare_bundle(name: str, built: Path, committed: Path, photos: Photos) -> list[Comparison]:
    """Compares one bundle, file by file.

    Args:
        name: Name of its folder.
        built: Folder of the rebuilt bundles.
        committed: Folder of the committed bundles.
        photos: Inputs for the graphs where their digests differ.

    Returns:
        One verdict a file.

    Raises:
        BundleError: One of the two cannot be opened.
    """
    if not (committed / name).is_dir():
        return [Comparison(name, "not committed yet", holds=False)]
    ours, theirs = open_bundle(built / name), open_bundle(committed / name)
    labels = ours.labels == theirs.labels
    meaning = _meaning(ours.manifest) == _meaning(theirs.manifest)
    return [
        Comparison(f"{name}/labels.txt", "same" if labels else "other names", labels),
        Comparison(f"{name}/manifest.json", "same" if meaning else "another meaning", meaning),
        _compare_graphs(name, ours, theirs, photos),
    ]


def compare_weights(built: Path, committed: Path) -> Comparison:
    """Compares the files of float16 weights, byte by byte: nothing in them is ever computed."""
    theirs = committed / WEIGHTS_FILE
    same = theirs.is_file() and theirs.read_bytes() == (built / WEIGHTS_FILE).read_bytes()
    return Comparison(str(WEIGHTS_FILE), "same" if same else "other weights", same)


def _compare_graphs(name: str, ours: Bundle, theirs: Bundle, photos: Photos) -> Comparison:
    file = f"{name}/{ours.manifest.graph}"
    if ours.graph == theirs.graph:
        return Comparison(file, "same", holds=True)
    precision = ours.manifest.precision
    images = convert.as_input(photos.held_out, ours.manifest.input)
    found, wanted = (run_graph(bundle.graph, images) for bundle in (ours, theirs))
    scores = ours.manifest.outputs.scores
    expected = {key: wanted[key] for key in scores if key in wanted}
    fits = len(expected) == len(scores) and all(
        found[key].shape == expected[key].shape for key in scores
    )
    error = answer_error(found, expected, ours.manifest.outputs) if fits else np.inf
    limit = TOLERANCES[precision]
    verdict = f"other bytes, logits {error:.2g} apart, allowed {limit:.2g}"
    return Comparison(file, verdict, holds=error <= limit)


def _meaning(manifest: Manifest) -> Manifest:
    """What a bundle does, without what was measured of it and how it came to be."""
    return msgspec.structs.replace(
        manifest, files={}, metrics=Metrics(), provenance=Provenance(), others={}
    )
