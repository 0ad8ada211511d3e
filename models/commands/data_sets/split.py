"""``ssd data split``: a data set divided, in COCO's layout."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..numbers import Whole
from ..printing import write_line
from .choice import FOLDER, Choice, data_set_choice
from .counter import Counter

if TYPE_CHECKING:
    from ...datasets.division import Key


@click.command(
    epilog="\b\nExamples:\n  ssd data split coco --out divided\n"
    "  ssd data split coco --out divided --shares 70/30 --by-part _:0"
)
@click.argument("folder", type=FOLDER)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write.")
@click.option(
    "--shares", default="80/10/10", show_default=True, help="Of train, val and perhaps test."
)
@click.option("--seed", type=Whole(0), default=0, show_default=True, help="Of chance.")
@click.option("--by", help="Regular expression: pictures whose names agree in it stay together.")
@click.option("--by-part", help="DELIMITER:POSITION, the same by a part of the name, such as _:0.")
@data_set_choice
def command(
    *,
    choice: Choice,
    folder: Path,
    out: Path,
    shares: str,
    seed: int,
    **grouping: str | None,
) -> None:
    """Divides a data set into train, val and test, with classes as mixed as in the whole.

    Writes a folder of its own in COCO's layout, pictures as hard links. What belongs together,
    frames of a film or photos of one place, has to stay in one part: name it by --by or --by-part.
    """
    from ...datasets.division import divide, parse_shares
    from ...datasets.writing import write_coco

    parts, key = parse_shares(shares), _key(**grouping)
    divided = divide(choice.read(folder), parts, key, seed)
    with Counter("pictures", sys.stderr) as counter:
        write_coco(divided, out, counter)
    for name in parts.names:
        pictures = [picture for picture in divided.pictures if picture.split == name]
        objects = sum(len(picture.boxes) for picture in pictures)
        groups = len({key(picture.name) for picture in pictures})
        write_line(f"{name}: {len(pictures):,} pictures, {objects:,} objects, {groups:,} groups")


def _key(by: str | None, by_part: str | None) -> "Key":
    from ...datasets.division import key_by_part, key_by_pattern

    if by is not None and by_part is not None:
        raise click.UsageError("--by or --by-part, not both")
    if by is not None:
        return key_by_pattern(by)
    return key_by_part(by_part) if by_part is not None else str
