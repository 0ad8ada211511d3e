"""``ssd export``: a trained network as a bundle."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from .data_sets.choice import FOLDER, local
from .examples import examples
from .heavy import require_keras, require_tensorflow
from .printing import write_line
from .quiet import quiet_engine
from .tracking import tell_what_was_made, track_option

if TYPE_CHECKING:
    from ..training.exporting import Exported, Precision

_FOLDER = click.Path(file_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The command line."""

    run: Path
    out: Path
    precision: "Precision"
    data: Path | str | None
    validation: Path | str | None
    name: str | None
    version: str
    cache: Path
    track: str


@examples(
    "ssd export RUN --precision int8 --out BUNDLE",
    "ssd export RUN --precision float32 --out BUNDLE --validation DIR",
    "ssd export RUN --out BUNDLE --data bigquery://PROJECT/DATASET/TABLE",
)
@click.command(name="export")
@click.argument("run", type=_FOLDER)
@click.option("--out", type=_FOLDER, required=True, help="The bundle's folder.")
@click.option(
    "--precision",
    type=click.Choice(["float32", "int8"]),
    default="int8",
    show_default=True,
    help="int8 takes minutes, and is twice as fast to serve.",
)
@click.option("--data", type=FOLDER, help="The run's data set, where it lies elsewhere by now.")
@click.option("--validation", type=FOLDER, help="Other pictures to measure on.")
@click.option("--name", help="Name of the model.  [default: the run's folder]")
@click.option("--version", default="1.0.0", show_default=True, help="Its version.")
@click.option(
    "--cache",
    type=_FOLDER,
    default=Path(".cache/model"),
    show_default=True,
    help="Keeps the long step's result, so that an interrupted export goes on.",
)
@track_option
def command(**options: Any) -> None:  # noqa: ANN401 - click has checked each of them
    """Makes a bundle of the best weights of RUN, the folder that `ssd train` wrote.

    int8 is calibrated on pictures that were learnt from. Precision and latency of the bundle, and
    those of the network in Keras, are measured on the run's other pictures and written into the
    bundle's manifest.
    """
    asked = _Asked(**options)
    from ..training.environment import prepare_environment

    prepare_environment(deterministic=False)
    require_tensorflow()
    require_keras()
    from ..bundling.output import check_output
    from ..ssd.bundle import open_bundle

    check_output(asked.out)
    with quiet_engine() as seen:
        exported = _export(asked, seen)
    for line in exported.agreement.lines() if exported.agreement else ():
        write_line(line)
    manifest = exported.manifest
    figures = manifest.metrics.values()
    figures.pop("profile", None)  # for programs
    for what, values in (("network in keras", figures.pop("trained", {})), ("bundle", figures)):
        told = ", ".join(f"{key} {value}" for key, value in values.items() if key != "framework")
        if told:
            write_line(f"{what}: {told}")
    megabytes = sum(file.bytes for file in manifest.files.values()) / 1e6
    write_line(
        f"wrote {asked.out}: {manifest.name} {manifest.version}, {manifest.precision}, "
        f"{megabytes:.0f} MB, {len(manifest.outputs.class_ids)} classes"
    )
    kind, digest = manifest.precision, open_bundle(asked.out).digest
    tags = {f"bundle_{kind}": f"{manifest.name} {manifest.version}, sha256 {digest}"}
    served = {f"{kind}/{name}": value for name, value in figures.items()}
    tell_what_was_made(asked.run, asked.track, tags, served)
    write_line(f"look: ssd detect --bundle {asked.out} PICTURE")
    write_line(f"serve: set MODEL_BUNDLE={asked.out} for the function")


def _export(asked: _Asked, seen: TextIO) -> "Exported":
    from ..bundling.progress import Steps
    from ..datasets.tolerance import Tolerance
    from ..training.exporting import Request, export
    from ..training.parts import read_parts
    from ..training.recipe_file import read_recipe
    from ..training.run_folder import RunFolder

    folder = RunFolder(asked.run)
    note = folder.note()
    recipe = read_recipe(folder.recipe)
    validation = asked.validation or note.data.measured_folder
    parts = read_parts(
        local(asked.data or Path(note.data.folder)),
        local(validation) if validation else None,
        recipe.validation,
        recipe.seed,
        Tolerance.parse(note.data.max_bad),
    )
    name = asked.name or asked.run.resolve().name
    request = Request(asked.run, asked.out, asked.precision, name, asked.version, asked.cache)
    return export(request, parts, recipe, Steps(seen))
