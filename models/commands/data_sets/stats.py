"""``ssd data stats``: what is in a data set, and which objects no anchor covers."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from ..examples import examples
from ..printing import write_heading, write_json_line, write_line
from ..progress import Progress
from .choice import FOLDER, Choice, data_set_choice

if TYPE_CHECKING:
    from ...datasets.record import DataSet
    from ...datasets.statistics import Histogram, Statistics

_BAR = 40
_MOST_ROWS = 30


@examples(
    "ssd data stats coco",
    "ssd data stats coco --split val --json",
)
@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
@data_set_choice
def command(*, choice: Choice, folder: Path | str, as_json: bool) -> None:
    """Counts pictures and objects by class and size, and what no anchor covers.

    An object whose best anchor overlaps it by less than 0.5 is learnt by that anchor alone, and
    badly. The counts are of every network and set of anchors that is known here.
    """
    from ...datasets.statistics import count

    data = choice.read(folder)
    counted, uncovered = count(data), _uncovered(data)
    if as_json:
        document = msgspec.to_builtins(counted)
        for name, value in document.items():
            if not isinstance(value, int):
                document[name] = dict(value)
        write_json_line(document | {"uncovered": uncovered})
    else:
        _write(counted, uncovered)


def _uncovered(data: "DataSet") -> dict[str, int]:
    """Number of objects that no anchor covers, by network and set of anchors."""
    from ...bundling.catalogue import CATALOGUE
    from ...datasets.coverage import COVERED, best_overlaps, unit_boxes

    boxes, found = unit_boxes(data.pictures), {}
    for entry in CATALOGUE.values():
        for name in entry.anchor_sets:
            layers = entry.build(len(data.names) + 1, name).anchors
            with Progress(f"objects beside anchors of {entry.name}") as counter:
                best = best_overlaps(boxes, layers, counter)
            called = entry.name if len(entry.anchor_sets) == 1 else f"{entry.name} ({name})"
            found[called] = int((best < COVERED).sum())
    return found


def _write(counted: "Statistics", uncovered: dict[str, int]) -> None:
    write_line(
        f"{counted.pictures:,} pictures, {counted.empty:,} of them without objects; "
        f"{counted.objects:,} objects, {counted.left_out:,} crowds and difficult ones besides"
    )
    if len(counted.splits) > 1:
        _write_bars("splits, pictures", counted.splits)
    _write_bars("classes, objects", counted.classes)
    _write_bars("side of an object in pixels, the picture scaled to 300", counted.sizes)
    _write_bars("objects in a picture", counted.per_picture)
    _write_bars("longer side of a picture in pixels", counted.long_sides)
    write_heading("objects that no anchor covers by half")
    for name, number in uncovered.items():
        write_line(f"{name:<24}{number:>9,}  {_share(number, counted.objects)}")


def _write_bars(title: str, histogram: "Histogram") -> None:
    write_heading(title)
    most = max((number for _, number in histogram), default=0)
    for name, number in histogram[:_MOST_ROWS]:
        bar = "#" * round(_BAR * number / most) if most else ""
        write_line(f"{name or '(none)':<24}{number:>9,}  {bar}".rstrip())
    rest: list[Any] = list(histogram[_MOST_ROWS:])
    if rest:
        write_line(f"{f'{len(rest):,} more':<24}{sum(number for _, number in rest):>9,}")


def _share(number: int, whole: int) -> str:
    return f"{100 * number / whole:.1f} %" if whole else ""
