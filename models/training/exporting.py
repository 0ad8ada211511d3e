"""From a run's best weights to a bundle that is served, measured beside the network itself."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from ..bundling.agreement import Agreement
from ..bundling.catalogue import CATALOGUE, NetworkEntry
from ..bundling.errors import BadIdentity
from ..bundling.output import check_output
from ..bundling.photos import Photos, Pixels, choose, part_photos
from ..bundling.progress import Progress
from ..bundling.trained import TrainedNetwork
from ..bundling.writing import write_float, write_int8
from ..datasets.record import Annotated
from ..ssd import convert
from ..ssd.convert import Identity
from ..ssd.convert.bundle import describe
from ..ssd.convert.folder import read_contents, write_bundle
from ..ssd.description import PhotoSource, Source, Training
from ..ssd.image import ImageDecoder
from ..ssd.labels import Labels
from ..ssd.manifest import Manifest
from ..ssd.quantize.recipe import most_images
from .checkpoint import load_weights
from .errors import NothingToLearn
from .figures import figures_of
from .loader import read_example
from .parts import Parts
from .recipe import Recipe
from .run_folder import RunFolder, RunNote
from .starting import as_trained
from .view import look, whole

Precision = Literal["float32", "int8"]
_CHECKED = 4
"""Pictures on which a conversion is compared with the network."""
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Request:
    """An export.

    Attributes:
        run: The run's folder.
        out: Where the bundle is to be.
        precision: Numeric type of its weights and activations.
        name: Name of the model.
        version: Its version.
        cache: Folder that keeps the long step's result.
    """

    run: Path
    out: Path
    precision: Precision
    name: str
    version: str
    cache: Path


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of it.

    Attributes:
        manifest: The manifest as written.
        agreement: How int8 compares with float32; None of float32.
    """

    manifest: Manifest
    agreement: Agreement | None


def export(request: Request, parts: Parts, recipe: Recipe, progress: Progress) -> Exported:
    """Converts, compares, writes and measures.

    Args:
        request: What is asked for.
        parts: The run's data: what it learnt from, and what to measure on.
        recipe: Its hyper-parameters.
        progress: Told of every step.

    Returns:
        The manifest as written, and how int8 compares.

    Raises:
        ModelError: It cannot be done; nothing is written, but where measuring fails.
    """
    check_output(request.out)
    folder = RunFolder(request.run)
    note = folder.note()
    entry = CATALOGUE[note.network]
    trained = read_trained(folder, note, entry)
    identity = _identity(request, trained, folder, note, entry)
    _check_identity(trained, identity)
    pixels = _calibration(parts.learnt, trained, progress)
    agreement = None
    if request.precision == "int8":
        sources = (PhotoSource(photos=len(pixels), of="training pictures"),)
        photos: Photos = part_photos(pixels, sources)
        manifest, agreement = write_int8(
            request.out, trained, identity, photos, request.cache, progress
        )
    else:
        progress("converting", 0.0)
        inputs = convert.as_float32(pixels[:_CHECKED], trained.network.input)
        manifest = write_float(request.out, trained, identity, inputs)
        progress("converting", 1.0)
    measured = parts.to_measure_on()
    if measured is not None:
        metrics = figures_of(request.out, measured, trained, entry, recipe, progress)
        manifest = msgspec.structs.replace(manifest, metrics=metrics)
        manifest = write_bundle(request.out, manifest, read_contents(request.out))
    return Exported(manifest, agreement)


def read_trained(folder: RunFolder, note: RunNote, entry: NetworkEntry) -> TrainedNetwork:
    """The network with a run's best weights.

    Raises:
        BadRun: It has none yet, or they are damaged.
    """
    network = as_trained(entry.build(len(note.labels), note.anchors))
    source = Source(
        format="weights learnt by ssd train", checkpoint=folder.best.name, origin=note.start
    )
    return TrainedNetwork(
        network, load_weights(folder.best, network), Labels(note.labels, note.class_ids), source
    )


def _identity(
    request: Request,
    trained: TrainedNetwork,
    folder: RunFolder,
    note: RunNote,
    entry: NetworkEntry,
) -> Identity:
    known = trained.identity(
        request.name, request.version, note.license, entry.defaults, note.anchors
    )
    training = Training(
        start=note.start,
        data_sha256=note.data.sha256,
        pictures=note.data.pictures,
        recipe_sha256=hashlib.sha256(folder.recipe.read_bytes()).hexdigest(),
        seed=note.seed,
        commit=note.commit,
        backend=note.backend,
    )
    provenance = msgspec.structs.replace(
        known.provenance, conversion=f"{request.precision} of the weights learnt", training=training
    )
    return replace(known, provenance=provenance)


def _check_identity(trained: TrainedNetwork, identity: Identity) -> None:
    """Refuses a name before any work is done for it.

    Raises:
        BadIdentity: A manifest may not have it.
    """
    try:
        describe(trained.network, identity, "float32")
    except ValueError as error:
        raise BadIdentity(
            f"--name: {error}: a letter or digit, then those, dots, underscores and hyphens"
        ) from error


def _calibration(
    pictures: Sequence[Annotated], trained: TrainedNetwork, progress: Progress
) -> Pixels:
    """Pictures that were learnt from, evenly chosen, as they are served."""
    most = most_images(trained.network)
    chosen = [pictures[index] for index in choose(len(pictures), most + most // 3)]
    if len(chosen) < _LEAST:
        raise NothingToLearn(f"int8 needs {_LEAST} pictures to calibrate with, got {len(chosen)}")
    size = trained.network.input_size
    decoder = ImageDecoder(size)
    pixels = []
    for index, picture in enumerate(chosen):
        example = read_example(picture, decoder)
        pixels.append(look(example, whole(example), size, (0, 0, 0)).pixels)
        progress("reading pictures", (index + 1) / len(chosen))
    return np.stack(pixels)
