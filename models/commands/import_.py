"""``ssd import``: a model of another format as a bundle."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from .examples import examples
from .heavy import require_tensorflow
from .printing import write_line, write_to
from .quiet import quiet_engine

if TYPE_CHECKING:
    from ..bundling.importing import Imported
    from ..bundling.request import Request

_FOLDER = click.Path(file_okay=False, path_type=Path)


@examples(
    "ssd import slim ssd_300_vgg.ckpt.zip --out my-model",
)
@click.group(name="import")
def command() -> None:
    """Makes a bundle of a model in another format."""


@examples(
    "ssd import slim ssd_300_vgg.ckpt.zip --out my-model",
    "ssd import slim ckpt --out my-int8 --precision int8 --photos photos",
)
@command.command()
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The bundle's folder.")
@click.option(
    "--engine",
    type=click.Choice(["litert", "tensorflow"]),
    default="litert",
    show_default=True,
    help="What is to run it: LiteRT on a processor, TensorFlow on a GPU.",
)
@click.option(
    "--precision",
    type=click.Choice(["float32", "int8", "bfloat16"]),
    default="float32",
    show_default=True,
    help="int8 with LiteRT (takes minutes), bfloat16 with TensorFlow.",
)
@click.option(
    "--anchors",
    type=click.Choice(["port", "paper"]),
    default="port",
    show_default=True,
    help="The anchor set that the weights were trained with.",
)
@click.option(
    "--photos",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of pictures to calibrate int8 with; photos of pinned packages otherwise.",
)
@click.option(
    "--cache",
    type=_FOLDER,
    default=Path(".cache/model"),
    show_default=True,
    help="Keeps packages and the long step's result, so that an interrupted run goes on.",
)
@click.option("--name", help="Name of the model.  [default: ssd300_vgg16_voc...]")
@click.option("--version", default="1.0.0", show_default=True, help="Its version.")
@click.option(
    "--license", default="NOASSERTION", show_default=True, help="The weights' licence (SPDX)."
)
def slim(**options: object) -> None:
    """Makes a bundle of SSD-300 VGG16 from its TensorFlow 1 CHECKPOINT.

    CHECKPOINT is the published ssd_300_vgg.ckpt.zip, a checkpoint's prefix or one of its files, or
    a folder that holds exactly one.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow greets at length otherwise
    from ..bundling.request import COMBINATIONS, Request

    request = Request(**options)  # type: ignore[arg-type]  # click has checked each of them
    if request.precision not in COMBINATIONS[request.engine]:
        raise click.UsageError(
            f"--engine {request.engine} has no --precision {request.precision}: there are "
            + ", ".join(
                f"{engine} with {' or '.join(precisions)}"
                for engine, precisions in COMBINATIONS.items()
            )
        )
    if request.photos is not None and request.precision != "int8":
        raise click.UsageError("--photos calibrates int8: add --precision int8, or leave it out")
    require_tensorflow()
    with quiet_engine() as seen:
        imported = run(request, seen)
    for line in imported.agreement.lines() if imported.agreement else ():
        write_line(line)
    manifest = imported.manifest
    megabytes = sum(file.bytes for file in manifest.files.values()) / 1e6
    write_line(
        f"wrote {request.out}: {manifest.name} {manifest.version}, {manifest.engine} "
        f"{manifest.precision}, {megabytes:.0f} MB, anchors {request.anchor_set}"
    )
    write_line(f"look: ssd detect --bundle {request.out} PICTURE")
    write_line(f"serve: set MODEL_BUNDLE={request.out} for the function")


def run(request: "Request", seen: TextIO) -> "Imported":
    """Imports, and tells the origin on the way; every difference of a wrong checkpoint, too.

    Args:
        request: What is asked for.
        seen: Where a person sees progress and notes.

    Returns:
        What came of it.

    Raises:
        ModelError: What was asked for cannot be done; nothing was written.
    """
    from ..bundling.output import check_output

    check_output(request.out)
    from ..bundling import importing  # TensorFlow: seconds, after what can fail at once
    from ..bundling.progress import Steps
    from ..ssd.importers.errors import VariablesDiffer

    importing.check_identity(request)
    progress = Steps(seen)
    try:
        trained = importing.read_weights(request, progress)
    except VariablesDiffer as error:
        for difference in error.differences:
            write_to(seen, difference)
        raise
    write_line(f"origin: {trained.source.origin}")
    return importing.write(trained, request, progress, lambda line: write_to(seen, line))
