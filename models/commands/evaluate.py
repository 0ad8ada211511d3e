"""``ssd evaluate``: precision and latency of a bundle on annotated pictures."""

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .bundle_type import BUNDLE
from .examples import examples
from .numbers import Whole
from .printing import visible, write_json_line, write_line, write_row

if TYPE_CHECKING:
    from ..evaluation.annotations import AnnotatedImages
    from ..evaluation.run import Measured

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@examples(
    "ssd evaluate --images photos --annotations instances.json",
    "ssd evaluate --images photos --annotations instances.json --compare ssdlite_mobilenet_v2_coco",
)
@click.command(name="evaluate")
@click.option(
    "--bundle", type=BUNDLE, help="Model to measure: a folder, or an embedded one's name."
)
@click.option("--images", required=True, type=_FOLDER, help="Folder of the pictures.")
@click.option("--annotations", required=True, type=_FILE, help="COCO's instances file.")
@click.option("--compare", type=BUNDLE, help="A second bundle, to tell how sure a difference is.")
@click.option(
    "--samples",
    type=Whole(20, 100_000),
    default=300,
    show_default=True,
    help="Draws of the bootstrap behind --compare.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON even on a terminal.")
def command(
    bundle: Path | None,
    images: Path,
    annotations: Path,
    compare: Path | None,
    samples: int,
    as_json: bool,
) -> None:
    """Measures mAP, AP50, AP75 (0..1, pycocotools) and latency on annotated pictures.

    With --compare both bundles see the same pictures, and the difference of their mAP comes with a
    90 % interval from a paired bootstrap over pictures.
    """
    from ..evaluation.annotations import read_annotations
    from ..evaluation.precision import paired_bootstrap

    data = read_annotations(images, annotations)
    measured = _measure(bundle, data)
    figures: dict[str, Any] = measured.figures()
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


def _measure(bundle: Path | None, data: "AnnotatedImages") -> "Measured":
    from ..evaluation.run import evaluate
    from ..ssd.detector import Detector

    detector = Detector(bundle, pool_size=1)
    with _bar(len(data.files), detector.bundle.manifest.name) as bar:
        return evaluate(detector, data, bar.update)


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
        write_row(
            f"mAP differs by {compared['difference']:+.4f}, "
            f"90 % of draws lie in {compared['low']:+.4f} .. {compared['high']:+.4f}"
        )
