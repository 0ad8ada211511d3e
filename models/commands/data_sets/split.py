"""``ssd data split``: a data set divided, in COCO's layout."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..examples import examples
from ..numbers import Whole
from ..printing import write_line
from ..progress import Progress
from .choice import FOLDER, Choice, data_set_choice

if TYPE_CHECKING:
    from ...datasets.division import Key

_DIRECTORY = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@examples(
    "ssd data split coco --out divided",
    "ssd data split coco --out divided --shares 70/30 --by-part _:0",
    "ssd data split --images photos --annotations instances.json --names dataset.yaml --out parts",
)
@click.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--images", type=_DIRECTORY, help="Instead of FOLDER: folder of the pictures.")
@click.option("--annotations", type=_FILE, help="With --images: COCO's instances file.")
@click.option("--names", type=_FILE, help="Names of its classes, where it has no categories.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write.")
@click.option(
    "--shares", default="80/10/10", show_default=True, help="Of train, val and perhaps test."
)
@click.option("--seed", type=Whole(0), default=0, show_default=True, help="Of chance.")
@click.option("--by", help="Regular expression: pictures whose names agree in it stay together.")
@click.option("--by-part", help="DELIMITER:POSITION, the same by a part of the name, such as _:0.")
@click.option("--links", is_flag=True, help="Pictures as symbolic links: they stay where they are.")
@data_set_choice
def command(*, choice: Choice, **options: Any) -> None:  # noqa: ANN401 - click has checked each of them
    """Divides a data set into train, val and test, with classes as mixed as in the whole.

    Writes a folder of its own in COCO's layout, pictures as hard links or, on another disk, copies.
    What belongs together, frames of a film or photos of one place, has to stay in one part: name it
    by --by or --by-part.
    """
    _divide(choice, _Asked(**options))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The command line."""

    folder: Path | str | None
    images: Path | None
    annotations: Path | None
    names: Path | None
    out: Path
    shares: str
    seed: int
    by: str | None
    by_part: str | None
    links: bool

    def source(self) -> Path | str:
        """The folder, or the file of annotations.

        Raises:
            UsageError: Neither is named, or both.
        """
        source = self.folder or self.annotations
        if (
            source is None
            or (self.folder is None) == (self.images is None)
            or (self.images is None) != (self.annotations is None)
        ):
            raise click.UsageError("name the pictures by FOLDER, or by --images and --annotations")
        return source


def _divide(choice: Choice, asked: _Asked) -> None:
    from ...datasets.division import divide, parse_shares
    from ...datasets.writing import put_link, put_picture, write_coco

    parts, key = parse_shares(asked.shares), _key(asked.by, asked.by_part)
    data = choice.read(asked.source(), asked.images, asked.names)
    divided = divide(data, parts, key, asked.seed)
    with Progress("pictures") as counter:
        write_coco(divided, asked.out, counter, put_link if asked.links else put_picture)
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
