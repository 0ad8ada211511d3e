"""``ssd evaluate``: precision and latency of a bundle on annotated pictures."""

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .bundle_type import BUNDLE
from .data_sets.choice import FOLDER, Choice, data_set_choice
from .examples import examples
from .numbers import Whole
from .printing import visible, write_json_line, write_line, write_note, write_row
from .tiles_type import TILES_TYPE

if TYPE_CHECKING:
    from ..datasets.record import DataSet
    from ..evaluation.run import Measured
    from ..ssd.settings import Tiles

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_MOST_NAMED = 5
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@examples(
    "ssd evaluate --data coco --split val",
    "ssd evaluate --data coco --tiles 2 --report report",
    "ssd evaluate --images photos --annotations instances.json",
    "ssd evaluate --data coco --against ssdlite_mobilenet_v2_coco",
)
@click.command(name="evaluate")
@click.option(
    "--bundle", type=BUNDLE, help="Model to measure: a folder, or an embedded one's name."
)
@click.option("--data", type=FOLDER, help="Data set, COCO, VOC or YOLO; or a place.")
@click.option("--images", type=_FOLDER, help="Instead of --data: folder of the pictures.")
@click.option("--annotations", type=_FILE, help="With --images: COCO's instances file.")
@click.option(
    "--tiles",
    type=TILES_TYPE,
    default="1",
    help="Look at so many tiles a side, too; auto: by each image's size.",
)
@click.option(
    "--against", "--compare", type=BUNDLE, help="A second bundle, to tell how sure a difference is."
)
@click.option(
    "--against-tiles",
    "--compare-tiles",
    type=TILES_TYPE,
    help="Other tiles, to tell how sure a difference is.",
)
@click.option(
    "--samples",
    type=Whole(20, 100_000),
    default=300,
    show_default=True,
    help="Draws of the bootstrap behind --against and --against-tiles.",
)
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for report.html: curves, classes, confusions, what went wrong.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON even on a terminal.")
@data_set_choice
def command(  # noqa: PLR0913 # pylint: disable=too-many-arguments # one a flag
    *,
    choice: Choice,
    bundle: Path | None,
    tiles: "Tiles",
    against: Path | None,
    against_tiles: "Tiles | None",
    samples: int,
    report: Path | None,
    as_json: bool,
    **where: Any,  # noqa: ANN401 - click has checked each of them
) -> None:
    """Measures COCO's twelve numbers (0..1, pycocotools) and latency on annotated pictures.

    Classes of the bundle and of the data set are matched by name, by id where no name is known;
    classes that the bundle does not know are named and not judged.

    With --against both bundles see the same pictures, with --against-tiles the bundle sees them
    once more in other tiles, and the difference of mAP comes with a 90 % interval from a paired
    bootstrap over pictures.
    """
    data = _read(choice, **where)
    measured = _measure(bundle, data, tiles)
    figures: dict[str, Any] = measured.figures()
    if measured.unknown:
        figures["unknown_classes"] = list(measured.unknown)
    if measured.by_id:
        figures["matched_by"] = "id"
    if against is not None or against_tiles is not None:
        other = _measure(against or bundle, data, against_tiles or tiles)
        figures["compare"] = _compared(measured, other, samples)
    if report is not None:
        write_note(f"{_report(report, bundle, data, measured, figures)}: open it in a browser")
    if as_json or not sys.stdout.isatty():
        write_json_line(figures)
    else:
        _print_table(figures)


def _read(
    choice: Choice, data: Path | str | None, images: Path | None, annotations: Path | None
) -> "DataSet":
    if data is not None and images is None and annotations is None:
        return choice.read(data)
    if data is None and images is not None and annotations is not None:
        return choice.read(annotations, images)
    raise click.UsageError("name the pictures by --data, or by --images and --annotations")


def _measure(bundle: Path | None, data: "DataSet", tiles: "Tiles") -> "Measured":
    from ..evaluation.run import evaluate
    from ..ssd.detector import Detector

    detector = Detector(bundle, pool_size=1)
    name = detector.bundle.manifest.name
    with _bar(len(data.pictures), name) as bar:
        measured = evaluate(detector, data, bar.update, tiles)
    if measured.unknown:
        names = ", ".join(measured.unknown[:_MOST_NAMED])
        more = f" and {len(measured.unknown) - _MOST_NAMED} more" * (
            len(measured.unknown) > _MOST_NAMED
        )
        write_note(f"{name} does not know, not judged: {names}{more}")
    if measured.by_id:
        write_note(f"{name} knows none of the names of the data set's classes: matched by id")
    return measured


def _compared(measured: "Measured", other: "Measured", samples: int) -> dict[str, Any]:
    from ..evaluation.precision import paired_bootstrap

    with _bar(samples, "comparing") as bar:
        interval = paired_bootstrap(measured.matches, other.matches, samples, bar.update)
    return other.figures() | {
        "difference": round(interval.difference / 100, 4),
        "low": round(interval.low / 100, 4),
        "high": round(interval.high / 100, 4),
        "samples": interval.samples,
    }


def _report(
    folder: Path,
    bundle: Path | None,
    data: "DataSet",
    measured: "Measured",
    figures: dict[str, Any],
) -> Path:
    import numpy as np

    from ..evaluation.report.page import Evaluated, render
    from ..evaluation.run import by_picture
    from ..ssd.bundle import DEFAULT_BUNDLE

    compared = figures.get("compare", {})
    told = {name: value for name, value in figures.items() if isinstance(value, int | float)}
    told |= {
        f"mAP, difference to the other: {name}": compared[name]
        for name in ("difference", "low", "high")
        if compared
    }
    page = render(
        Evaluated(
            f"{(bundle or DEFAULT_BUNDLE).name}: {measured.images:,} pictures",
            told,
            data,
            by_picture(data, measured.found),
            np.asarray(measured.spent_ms, np.float64),
        )
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text(page, encoding="utf-8")
    return folder / "report.html"


def _bar(length: int, label: str) -> AbstractContextManager[Any]:
    """A progress bar on stderr, seen on a terminal only."""
    return click.progressbar(
        length=length, label=visible(label), file=sys.stderr, hidden=not sys.stderr.isatty()
    )


def _print_table(figures: dict[str, Any]) -> None:
    compared = figures.get("compare", {})
    for name, figure in figures.items():
        if isinstance(figure, int | float):
            write_line(f"{name:<14}{figure:>10}{compared.get(name, ''):>10}")
    if compared:
        write_row(
            f"mAP differs by {compared['difference']:+.4f}, "
            f"90 % of draws lie in {compared['low']:+.4f} .. {compared['high']:+.4f}"
        )
