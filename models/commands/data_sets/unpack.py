"""``ssd data unpack``: a zip of pictures as a folder."""

from pathlib import Path

import click

from ..examples import examples
from ..printing import write_line
from ..progress import Progress


@examples(
    "ssd data unpack train.zip --out train",
)
@click.command()
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to make.")
def command(*, archive: Path, out: Path) -> None:
    """Unpacks a zip: nothing outside the folder, names as they were written.

    The folder appears when all is there; a run that was ended goes on when the same line is given
    again. Names without a mark of their encoding are read as UTF-8, or as Korean Windows has them.
    """
    from ...datasets.archive import unpack

    with Progress("files") as counter:
        count = unpack(archive, out, counter)
    write_line(f"{out}: {count:,} files")
