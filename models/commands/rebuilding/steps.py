"""The steps from package to bundles; each can be run again."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.commands.rebuilding.packages import Package, fetch
from models.commands.rebuilding.photos import Photos
from models.commands.rebuilding.quantizing import Progress, kept_int8_graph
from models.ssd import convert
from models.ssd.convert.check import answer_error, run_graph
from models.ssd.importers import coco_ssd
from models.ssd.importers.coco_classes import CLASS_IDS, LABELS
from models.ssd.importers.source_check import check_import
from models.ssd.importers.tfjs import read_package
from models.ssd.nets.apply import run_network
from models.ssd.nets.layers import Floats, LayerWeights, Network
from models.ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2
from models.ssd.nets.weights_file import format_weights, parse_weights
from models.ssd.spec import DefaultsSpec, OutputSpec

FLOAT_NAME = "ssdlite_mobilenet_v2_coco"
INT8_NAME = "ssdlite_mobilenet_v2_coco_int8"
WEIGHTS_FILE = Path("weights") / f"{FLOAT_NAME}.npz"

_VERSION = "1.0.0"
_DEFAULTS = DefaultsSpec(threshold=0.5, iou=0.6, top_k=400, max_detections=100)
"""Overlap 0.6 is what the network was trained with; it measures best too (0.45: 0.5 mAP less)."""
_CHECKED = 4
"""Photos on which import and conversion are compared with what they came from."""


@dataclass(frozen=True, slots=True)
class Source:
    """The imported network.

    Attributes:
        network: The layers.
        weights: float32, as the package has them.
        provenance: Where they came from.
    """

    network: Network
    weights: dict[str, LayerWeights]
    provenance: dict[str, Any] = field(default_factory=dict)


def import_source(photos: Photos, cache: Path, progress: Progress) -> Source:
    """Fetches the package, reads the weights, and runs the source beside the network.

    Raises:
        RebuildError: The package cannot be had.
        ImportFailed: It is not what it was, or the network does not answer as it does.
    """
    package = Package(coco_ssd.PACKAGE, coco_ssd.VERSION, coco_ssd.SHA256)
    model = read_package(fetch(package, cache), package.sha256, coco_ssd.MODEL)
    network = ssdlite_mobilenet_v2(len(CLASS_IDS))
    weights = coco_ssd.network_weights(model, network, CLASS_IDS)
    progress("importing weights", 0.5)
    images = convert.as_float32(photos.held_out[:_CHECKED], network.input)
    check_import(model, network, weights, CLASS_IDS, images)
    progress("importing weights", 1.0)
    provenance = {
        "registry": "npm",
        "package": package.name,
        "version": package.version,
        "sha256": package.sha256,
        "file": coco_ssd.MODEL,
        "format": "TensorFlow.js graph model",
    }
    return Source(network, weights, provenance)


def build_float(source: Source, photos: Photos, output: Path) -> None:
    """Writes the float16 weights and the float32 bundle into ``output``."""
    content = format_weights(source.weights)
    target = output / WEIGHTS_FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    kept = parse_weights(content, source.network)
    graph = convert.float_graph(source.network, kept)
    images = convert.as_float32(photos.held_out, source.network.input)
    error = answer_error(run_graph(graph, images), _expected(source, photos), _outputs(source))
    provenance = {
        "source": source.provenance,
        "conversion": "batch norm folded, 80 of 91 class columns kept, float32 of the package",
        "float16_weights": {
            "file": str(WEIGHTS_FILE),
            "sha256": hashlib.sha256(content).hexdigest(),
            "logit_rms_error": round(error, 3),
        },
    }
    tensors = run_network(source.network, source.weights, images[:_CHECKED])
    convert.float_bundle(
        output / FLOAT_NAME,
        source.network,
        source.weights,
        _identity(FLOAT_NAME, provenance),
        images[:_CHECKED],
        {name: tensors[name] for name in source.network.heads},
    )


def build_int8(
    source: Source, photos: Photos, output: Path, cache: Path, progress: Progress
) -> None:
    """Quantizes, or takes an earlier result of the same inputs and code, and writes the bundle."""
    content = kept_int8_graph(source.network, source.weights, photos, cache, progress)
    expected = _expected(source, photos)
    error = answer_error(
        run_graph(content, convert.as_int8(photos.held_out)), expected, _outputs(source)
    )
    provenance = {
        "source": source.provenance,
        "conversion": "as the float32 bundle, then int8: channels equalized, weights rounded by "
        "the second moments of their inputs, biases corrected",
        "logit_rms_error": round(error, 3),
        "calibration": {
            "images": len(photos.calibration),
            "held_out": len(photos.held_out),
            "sha256": photos.digest,
            "packages": photos.sources,
        },
    }
    convert.int8_bundle(
        output / INT8_NAME,
        source.network,
        content,
        _identity(INT8_NAME, provenance),
        photos.held_out,
        expected,
    )


def _expected(source: Source, photos: Photos) -> dict[str, Floats]:
    """The float network's class logits on the held-out photos."""
    graph = convert.float_graph(source.network, source.weights)
    answers = run_graph(graph, convert.as_float32(photos.held_out, source.network.input))
    return {name: answers[name] for name in source.network.scores}


def _outputs(source: Source) -> OutputSpec:
    return convert.output_spec(source.network, CLASS_IDS)


def _identity(name: str, provenance: dict[str, Any]) -> convert.Identity:
    return convert.Identity(
        name=name,
        version=_VERSION,
        class_ids=CLASS_IDS,
        labels=LABELS,
        defaults=_DEFAULTS,
        license=coco_ssd.LICENSE,
        provenance=provenance,
    )
