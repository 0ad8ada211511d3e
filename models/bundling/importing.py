"""The way of an import: a file of weights read, converted, compared, and written as a bundle."""

from dataclasses import dataclass, replace

import msgspec

from ..ssd.convert import Identity
from ..ssd.convert.bundle import describe
from ..ssd.description import Source
from ..ssd.manifest import Manifest
from ..ssd.quantize.recipe import most_images
from . import writing
from .agreement import Agreement
from .errors import BadIdentity
from .own_photos import calibration_photos
from .progress import Progress, Say
from .request import Request
from .samples import sample_inputs
from .trained import TrainedNetwork

_READING, _CONVERTING = "reading the checkpoint", "converting"
_INT8 = "int8: weights rounded for the inputs they have, biases corrected"


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import.

    Attributes:
        manifest: The manifest as written.
        agreement: How int8 compares with float32; None of other precisions.
    """

    manifest: Manifest
    agreement: Agreement | None = None


def check_identity(request: Request) -> None:
    """Refuses a name before any work is done for it.

    Raises:
        BadIdentity: A manifest may not have it.
    """
    source = request.source
    network = request.entry.build(source.columns, request.anchor_set)
    unread = TrainedNetwork(network, {}, source.labels, Source())
    try:
        describe(network, _identity(unread, request, ""), "float32")
    except ValueError as error:
        raise BadIdentity(
            f"--name: {error}: a letter or digit, then those, dots, underscores and hyphens"
        ) from error


def read_weights(request: Request, progress: Progress) -> TrainedNetwork:
    """Reads the file's weights into the network.

    Raises:
        UnreadableModel: It cannot be read, or has the weights of another network.
    """
    source = request.source
    network = request.entry.build(source.columns, request.anchor_set)
    progress(_READING, 0.0)
    trained = source.read(network, request.checkpoint, source.labels, sample_inputs(network))
    progress(_READING, 1.0)
    return trained


def write(trained: TrainedNetwork, request: Request, progress: Progress, say: Say) -> Imported:
    """Converts and writes the bundle that was asked for.

    Args:
        trained: The network.
        request: What was asked for.
        progress: Told of every step.
        say: Told which photos were taken, and which skipped.

    Returns:
        What came of it.

    Raises:
        NoPhotos: There is too little to calibrate with.
        FetchFailed: A package with photos cannot be had.
        ConversionFailed: The bundle would not answer as the network does; nothing is written.
    """
    if request.precision == "int8":
        return _write_int8(trained, request, progress, say)
    progress(_CONVERTING, 0.0)
    images = sample_inputs(trained.network)
    if request.engine == "tensorflow":
        noted = _identity(trained, request, f"{request.precision} of the checkpoint's float32")
        precision: writing.FloatPrecision = (
            "bfloat16" if request.precision == "bfloat16" else "float32"
        )
        manifest = writing.write_saved_model(request.out, trained, noted, images, precision)
    else:
        noted = _identity(trained, request, "float32 of the checkpoint")
        manifest = writing.write_float(request.out, trained, noted, images)
    progress(_CONVERTING, 1.0)
    return Imported(manifest)


def _write_int8(
    trained: TrainedNetwork, request: Request, progress: Progress, say: Say
) -> Imported:
    network = trained.network
    most = most_images(network)
    photos = calibration_photos(
        request.photos, request.cache, network.input_size, most, progress, say
    )
    noted = _identity(trained, request, _INT8)
    return Imported(
        *writing.write_int8(request.out, trained, noted, photos, request.cache, progress)
    )


def _identity(trained: TrainedNetwork, request: Request, conversion: str) -> Identity:
    known = trained.identity(
        request.model_name,
        request.version,
        request.license or request.source.license,
        request.entry.defaults,
        request.anchor_set,
    )
    return replace(
        known, provenance=msgspec.structs.replace(known.provenance, conversion=conversion)
    )
