"""A run from its first picture to its last weights."""

import os
import platform
from typing import TextIO

import keras

from ..datasets.digest import digest_of, picture_marks
from .augmentation import Augmentation
from .detection import Detection
from .errors import BadRun
from .events import Events
from .loader import Loader, Preparer
from .loop import Ended, Loop
from .matching import Matcher
from .measuring import Measurer
from .parts import Parts, read_parts
from .recipe import Recipe
from .recipe_file import format_recipe
from .request import Request
from .run_folder import (
    DataNote,
    RunFolder,
    RunNote,
    commit_now,
    versions_now,
)
from .sources import Start, find_start
from .stopping import Stop
from .watch import Watch


def train(request: Request, stop: Stop, stream: TextIO) -> Ended:
    """Learns.

    Args:
        request: What is asked for.
        stop: Asked after every step whether to end.
        stream: Where a person sees progress.

    Returns:
        How it ended; the run's folder has its weights.

    Raises:
        ModelError: What was asked for cannot be done.
    """
    recipe, folder = request.recipe, RunFolder(request.out)
    if not request.resume:
        folder.refuse_taken()
    parts = read_parts(
        request.data, request.validation, recipe.validation, recipe.seed, request.tolerance
    )
    start = find_start(recipe, parts.names, parts.class_ids)
    note = describe_run(request, parts, start)
    if request.resume:
        check_same(folder, note)
    else:
        folder.create(note, format_recipe(recipe), picture_marks(parts.learnt))
    keras.utils.set_random_seed(recipe.seed)
    model = Detection(
        start.network, start.weights, recipe.loss, bfloat16=recipe.precision == "bfloat16"
    )
    measured = parts.to_measure_on()
    measurer = (
        None if measured is None else Measurer(measured, start.network, start.labels, start.entry)
    )
    loader = make_loader(recipe, parts, start)
    try:
        loop = Loop(folder, recipe, model, loader, measurer)
        if request.resume:
            loop.resume()
        watch = Watch(stream, loop.course(), loop.state.done)
        watch.say(
            f"{len(parts.learnt)} pictures to learn from, {len(parts.measured)} to measure on, "
            f"{len(parts.names)} classes; {start.entry.name} from {note.start}; "
            f"Keras on {note.backend}"
        )
        with stop.listening(), Events(folder.events) as events:
            return loop.run(stop, watch, events)
    finally:
        loader.close()


def make_loader(recipe: Recipe, parts: Parts, start: Start) -> Loader:
    """What prepares a run's batches."""
    red, green, blue = (min(max(each, 0.0), 255.0) for each in start.network.input.mean)
    augmentation = Augmentation(recipe.augmentation, start.network.input_size, (red, green, blue))
    matcher = Matcher(start.network, recipe.loss.overlap)
    preparer = Preparer(parts.learnt, augmentation, matcher, recipe.seed)
    return Loader(preparer, recipe.batch, recipe.workers, recipe.processes, recipe.repeat_below)


def describe_run(request: Request, parts: Parts, start: Start) -> RunNote:
    """What is written down of a run."""
    recipe = request.recipe
    return RunNote(
        network=start.entry.name,
        anchors=recipe.anchors or next(iter(start.entry.anchor_sets)),
        labels=start.labels.names,
        class_ids=start.labels.class_ids,
        start=start.note,
        license=start.license,
        seed=recipe.seed,
        deterministic=request.deterministic,
        data=DataNote(
            folder=str(request.data.resolve()),
            measured_folder=str(request.validation.resolve()) if request.validation else "",
            sha256=digest_of(parts.all()),
            pictures=len(parts.learnt),
            measured=len(parts.measured),
            set_aside=parts.set_aside,
            max_bad=str(request.tolerance),
        ),
        backend=keras.backend.backend(),
        commit=commit_now(),
        versions=versions_now(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
    )


def check_same(folder: RunFolder, note: RunNote) -> None:
    """Refuses to go on with other data than before.

    Raises:
        BadRun: The data set has changed, or its classes have.
    """
    before = folder.note()
    if before.labels != note.labels or before.data.sha256 != note.data.sha256:
        raise BadRun(
            f"{note.data.folder} is not the data set that {folder.folder} was started with: "
            f"begin a run of its own with `start: {folder.folder}` in its config"
        )
