"""``ssd data show``: a sheet of samples with their boxes."""

from pathlib import Path

import click

from ..examples import examples
from ..numbers import Whole
from ..printing import write_line
from ..progress import Progress
from .choice import FOLDER, Choice, data_set_choice


@examples(
    "ssd data show coco",
    "ssd data show coco --split val --count 9 --seed 2 --out val.jpg",
)
@click.command()
@click.argument("folder", type=FOLDER)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("samples.jpg"),
    show_default=True,
    help="The sheet, a JPEG.",
)
@click.option("--count", type=Whole(1, 400), default=25, show_default=True, help="Pictures on it.")
@click.option("--seed", type=Whole(0), default=0, show_default=True, help="Of chance.")
@data_set_choice
def command(*, choice: Choice, folder: Path | str, out: Path, count: int, seed: int) -> None:
    """Draws some pictures with their boxes and classes onto one sheet."""
    from ...datasets.files import write_whole
    from ...datasets.sheet import choose, draw_sheet
    from ...ssd.draw import encode_picture

    data = choice.read(folder)
    chosen = choose(data, count, seed)
    with Progress("pictures drawn") as counter:
        sheet = draw_sheet(chosen, data.names, counter)
    write_whole(out, encode_picture(sheet, "jpeg"))
    write_line(f"{out}: {len(chosen):,} of {len(data.pictures):,} pictures")
