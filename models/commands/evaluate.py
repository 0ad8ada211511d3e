"""``ssd evaluate``: precision and latency of a bundle on annotated pictures."""

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .bundle_type import BUNDLE
from .data_sets.choice import FOLDER, Choice, data_set_choice
from .printing import visible, write_json_line, write_line, write_note

if TYPE_CHECKING:
    from ..datasets.record import DataSet
    from ..evaluation.run import Measured

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_MOST_NAMED = 5
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    name="evaluate",
    epilog="\b\nExamples:\n"
    "  ssd evaluate --data coco --split val\n"
    "  ssd evaluate --images photos --annotations instances.json",
)
@click.option(
    "--bundle", type=BUNDLE, help="Model to measure: a folder, or an embedded one's name."
)
@click.option("--data", type=FOLDER, help="Data set: COCO, VOC or YOLO.")
@click.option("--images", type=_FOLDER, help="Instead of --data: folder of the pictures.")
@click.option("--annotations", type=_FILE, help="With --images: COCO's instances file.")
@click.option("--compare", type=BUNDLE, help="A second bundle, to tell how sure a difference is.")
@click.option(
    "--samples",
    type=click.IntRange(20, 100_000),
    default=300,
    show_default=True,
    help="Draws of the bootstrap behind --compare.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON even on a terminal.")
@data_set_choice
def command(
    *,
    choice: Choice,
    bundle: Path | None,
    compare: Path | None,
    samples: int,
    as_json: bool,
    **where: Path | None,
) -> None:
    """Measures mAP, AP50, AP75 (0..1, pycocotools) and latency on annotated pictures.

    Classes of the bundle and of the data set are matched by name, by id where no name is known;
    classes that the bundle does not know are named and not judged.

    With --compare both bundles see the same pictures, and the difference of their mAP comes with a
    90 % interval from a paired bootstrap over pictures.
    """
    from ..evaluation.precision import paired_bootstrap

    data = _read(choice, **where)
    measured = _measure(bundle, data)
    figures: dict[str, Any] = measured.figures()
    if measured.unknown:
        figures["unknown_classes"] = list(measured.unknown)
    if measured.by_id:
        figures["matched_by"] = "id"
    if compare is not None:
        other = _measure(compare, data)
        with _bar(samples, "comparing") as bar:
            interval = paired_bootstrap(measured.matches, other.matches, samples, bar.update)
        figures["compare"] = other.figures() | {
            "difference": round(interval.difference / 100, 4),
            "low": round(interval.low / 100, 4),
            "high": round(interval.high / 100, 4),
            "samples": interval.samples,
        }
    if as_json or not sys.stdout.isatty():
        write_json_line(figures)
    else:
        _print_table(figures)


def _read(
    choice: Choice, data: Path | None, images: Path | None, annotations: Path | None
) -> "DataSet":
    if data is not None and images is None and annotations is None:
        return choice.read(data)
    if data is None and images is not None and annotations is not None:
        return choice.read(annotations, images)
    raise click.UsageError("name the pictures by --data, or by --images and --annotations")


def _measure(bundle: Path | None, data: "DataSet") -> "Measured":
    from ..evaluation.run import evaluate
    from ..ssd.detector import Detector

    detector = Detector(bundle, pool_size=1)
    with _bar(len(data.pictures), detector.bundle.manifest.name) as bar:
        measured = evaluate(detector, data, bar.update)
    if measured.unknown:
        names = ", ".join(measured.unknown[:_MOST_NAMED])
        more = f" and {len(measured.unknown) - _MOST_NAMED} more" * (
            len(measured.unknown) > _MOST_NAMED
        )
        write_note(f"{detector.bundle.manifest.name} does not know, not judged: {names}{more}")
    if measured.by_id:
        write_note(
            f"{detector.bundle.manifest.name} knows none of the names of the data set's classes: "
            "matched by id"
        )
    return measured


def _bar(length: int, label: str) -> AbstractContextManager[Any]:
    """A progress bar on stderr, seen on a terminal only."""
    return click.progressbar(
        length=length, label=visible(label), file=sys.stderr, hidden=not sys.stderr.isatty()
    )


def _print_table(figures: dict[str, Any]) -> None:
    compared = figures.get("compare", {})
    for name in ("mAP", "AP50", "AP75", "images", "latency_ms", "inference_ms"):
        write_line(f"{name:<14}{figures[name]:>10}{compared.get(name, ''):>10}")
    if compared:
        write_line(
            f"mAP differs by {compared['difference']:+.4f}, "
            f"90 % of draws lie in {compared['low']:+.4f} .. {compared['high']:+.4f}"
        )
