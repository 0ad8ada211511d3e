"""``ssd data push``: a data set moved to a place that several share."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..examples import examples
from ..printing import write_line
from ..progress import each_in_turn
from .choice import FOLDER, Choice, data_set_choice

if TYPE_CHECKING:
    from ...datasets.record import DataSet


@examples(
    "ssd data push --dataset digits/train --to lake/digits",
    "ssd data push --dataset digits/train --to s3://bucket/digits",
    "ssd data push --dataset digits/train --to @staging/digits",
)
@click.command()
@click.option("--dataset", "folder", type=FOLDER, required=True, help="The data set's folder.")
@click.option(
    "--to",
    "place",
    required=True,
    help="A folder for Parquet files, s3://..., bigquery://PROJECT/DATASET/TABLE or @NAME/...",
)
@click.option("--licence", default="", help="Of pictures that the data set tells no licence of.")
@click.option("--replace", "replaced", is_flag=True, help="Replace another data set there.")
@data_set_choice
def command(
    *, choice: Choice, folder: Path | str, place: str, licence: str, replaced: bool
) -> None:
    """Moves a data set to a place: Parquet files, or a table of BigQuery.

    What is there already stays, so that the same data set again moves nothing, and a push that was
    ended goes on. The place shows the data set when all of it is there.
    """
    from ...datasets.exchange.opening import open_place
    from ...datasets.exchange.pushing import push

    opened = open_place(place)
    data = choice.read(folder)
    with each_in_turn() as say:
        pushed = push(_licensed(data, licence), opened, say, replace=replaced)
    moved = f"{pushed.moved:,} of them moved" if pushed.moved else "all there already, none moved"
    write_line(f"{opened.name}: {pushed.pictures:,} pictures, {moved}")
    write_line(f"digest {pushed.digest}")


def _licensed(data: "DataSet", licence: str) -> "DataSet":
    pictures = tuple(
        picture if picture.licence else replace(picture, licence=licence)
        for picture in data.pictures
    )
    return replace(data, pictures=pictures)
