"""The steps from a checkpoint to an int8 bundle: calibrate, quantize, judge, write."""

from models.commands.importing.agreement import Agreement, count_matches, read_answers
from models.commands.importing.photos import Progress, Say, calibration_photos
from models.commands.importing.request import Request
from models.commands.importing.steps import Imported, identity
from models.commands.rebuilding.photos import Photos
from models.commands.rebuilding.quantizing import kept_int8_graph
from models.ssd import convert
from models.ssd.convert.bundle import describe
from models.ssd.convert.check import answer_error, run_graph
from models.ssd.importers.voc_classes import CLASS_IDS, LABELS
from models.ssd.labels import Labels
from models.ssd.manifest import Manifest
from models.ssd.nets.layers import Floats
from models.ssd.quantize.recipe import most_images


def write_int8(
    imported: Imported, request: Request, progress: Progress, say: Say
) -> tuple[Manifest, Agreement]:
    """Quantizes on photos, compares with the float network on others, and writes the bundle.

    Args:
        imported: The network.
        request: What was asked for.
        progress: Called with what is done and the share of it that is done, 0..1.
        say: Called with what a person should know.

    Returns:
        The manifest as written, and how the result compares.

    Raises:
        NoPhotos: There is too little to calibrate with.
        RebuildError: A package with photos cannot be had.
        ConversionFailed: The result is nowhere near the float network; nothing is written.
    """
    network, weights = imported.network, imported.weights
    most = most_images(network)
    photos = calibration_photos(request, network.input_size, most, progress, say)
    content = kept_int8_graph(network, weights, photos, request.cache, progress)
    progress("comparing with float32", 0.0)
    images = convert.as_float32(photos.held_out, network.input)
    expected = run_graph(convert.float_graph(network, weights), images)
    agreement = _agreement(imported, request, content, photos, expected)
    progress("comparing with float32", 1.0)
    conversion = {
        "conversion": "int8: weights rounded for the inputs they have, biases corrected",
        "calibration": {
            "images": len(photos.calibration),
            "sha256": photos.digest,
            "sources": photos.sources,
        },
        "held_out": agreement.metrics(),
    }
    noted = identity(request, imported.source, conversion)
    logits = {name: expected[name] for name in network.scores}
    manifest = convert.int8_bundle(request.out, network, content, noted, photos.held_out, logits)
    return manifest, agreement


def _agreement(
    imported: Imported,
    request: Request,
    content: bytes,
    photos: Photos,
    expected: dict[str, Floats],
) -> Agreement:
    network = imported.network
    manifest = describe(network, identity(request, {}, {}), "int8")
    found = run_graph(content, convert.as_input(photos.held_out, manifest.input))
    labels = Labels(LABELS, CLASS_IDS)
    sides = (read_answers(answers, manifest, labels) for answers in (expected, found))
    exact, quantized, matched = count_matches(zip(*sides, strict=True))
    logits = {name: expected[name] for name in network.scores}
    error = answer_error(found, logits, manifest.outputs)
    return Agreement(len(photos.held_out), exact, quantized, matched, error)
