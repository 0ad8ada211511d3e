"""``ssd check``: this code beside what others computed."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from .examples import examples
from .heavy import require_tensorflow
from .numbers import Whole
from .printing import write_json_line, write_line, write_row
from .quiet import quiet_engine

if TYPE_CHECKING:
    from .checking.golden_file import Golden
    from .checking.report import Row

_IN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_IN_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@examples(
    "ssd check golden answers_seed1.npz",
)
@click.group(name="check")
def command() -> None:
    """Compares this code with what others computed."""


@examples(
    "ssd check golden answers_seed1.npz",
    "ssd check golden answers.npz --seed 1 --images photos --json",
)
@command.command()
@click.argument("file", type=_IN_FILE)
@click.option("--seed", type=Whole(0), help="Seed of the weights; else told by FILE.")
@click.option("--images", type=_IN_FOLDER, help="Folder of the images; else FILE's own.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    help="Keep the imported bundle in this folder.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
def golden(
    file: Path, seed: int | None, images: Path | None, keep: Path | None, as_json: bool
) -> None:
    """Compares SSD-300 VGG16 with the original's answers in FILE, an .npz.

    Makes the seeded weights, imports them as a TensorFlow 1 checkpoint, and compares anchors,
    network, imported bundle and, where the images are found, whole detections. The seed is --seed,
    else FILE's array `seed`, a number in its name (..._seed1.npz), or {"seed": 1} in a .json beside
    it. Exits with 1 when a difference is greater than allowed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow greets at length otherwise
    from ..bundling.output import check_output
    from ..ssd.importers.voc_classes import LABELS
    from ..ssd.nets.vgg16 import SIDE
    from .checking.golden_file import read_golden

    document = read_golden(file, (SIDE, SIDE, 3), len(LABELS))
    seed = document.seed if seed is None else seed
    if seed is None:
        raise click.UsageError(
            f"{file} does not tell the seed of its weights: give --seed N, or name it ..._seedN.npz"
        )
    if keep is not None:
        check_output(keep)
    require_tensorflow()
    folders = (file.parent,) if images is None else (images, file.parent)
    with quiet_engine() as seen:
        rows = _compare(document, seed, folders, keep, seen)
    if as_json:
        verdict = {"ok": all(row.holds for row in rows), "rows": [row.values() for row in rows]}
        write_json_line({"file": str(file), "seed": seed} | verdict)
    else:
        _print(f"{file}, seed {seed}", rows)
    _judge(rows)


def _print(title: str, rows: "list[Row]") -> None:
    from .checking.report import table

    write_line(title)
    for line in table(rows):
        write_row(line)


def _judge(rows: "list[Row]") -> None:
    from .checking.errors import GoldenDiffers

    beyond = [row for row in rows if not row.holds]
    if beyond:
        first = beyond[0]
        raise GoldenDiffers(
            f"{len(beyond)} of {len(rows)} comparisons differ by more than allowed, first "
            f"{first.subject}, {first.what}: {first.difference:.2g}, allowed {first.allowed:g}"
        )


def _compare(
    document: "Golden", seed: int, folders: tuple[Path, ...], keep: Path | None, seen: TextIO
) -> "list[Row]":
    from ..bundling.progress import Steps
    from ..ssd.nets.vgg16 import ssd300_vgg16
    from .checking import golden as checks

    progress = Steps(seen)
    with tempfile.TemporaryDirectory(prefix="golden-") as scratch:
        out = keep or Path(scratch) / "bundle"
        bundle = checks.import_seeded(seed, Path(scratch), out, progress)
        rows = [checks.check_anchors(document, ssd300_vgg16())]
        progress("comparing", 0.0)
        rows += checks.check_network(document, seed, bundle)
        progress("comparing", 0.4)
        rows += checks.check_session(document, bundle)
        progress("comparing", 0.8)
        rows += checks.check_files(document, bundle, folders)
        progress("comparing", 1.0)
    return rows
