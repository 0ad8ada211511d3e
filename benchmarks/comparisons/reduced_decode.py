"""What decoding JPEGs at a reduced scale costs in precision: the same pictures, decoded both ways.

Pictures of a data set are enlarged, so that a reduced decode happens at all, and measured with
the decoder at full and at reduced scale: `python -m benchmarks.comparisons.reduced_decode --coco
DIR`, where DIR has images/ and instances.json.
"""

import argparse
import io
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from benchmarks.harness.bars import Row
from benchmarks.harness.command import output_flags, show
from models.datasets.reading import read_data_set
from models.evaluation.precision import paired_bootstrap
from models.evaluation.run import Measured, evaluate
from models.ssd.detector import Detector
from models.ssd.image import ImageDecoder

ENLARGED = (1.3, 1.5, 2.0, 3.0, 4.0)
QUALITY = 92


def main(argv: Sequence[str] | None = None) -> int:
    """Measures and prints a row an enlargement."""
    flags = _parser().parse_args(argv)
    rows = []
    for times in ENLARGED:
        with tempfile.TemporaryDirectory() as folder:
            enlarge(flags.coco, times, Path(folder) / "set")
            full = measure(Path(folder) / "set", flags.bundle, full_scale=True)
            reduced = measure(Path(folder) / "set", flags.bundle, full_scale=False)
        rows.append(_row(times, full, reduced, flags.samples))
    mean = statistics.mean(row.figure or 0.0 for row in rows)
    rows.append(Row("mean", mean, "point"))
    show(flags, rows, [vars(row) for row in rows])
    return 0


def enlarge(coco: Path, times: float, target: Path) -> None:
    """Writes a data set again with pictures and boxes larger by a factor."""
    document = json.loads((coco / "instances.json").read_text())
    (target / "images").mkdir(parents=True)
    for entry in document["images"]:
        with Image.open(coco / "images" / entry["file_name"]) as image:
            size = (round(image.width * times), round(image.height * times))
            larger = image.convert("RGB").resize(size, Image.Resampling.BICUBIC)
        encoded = io.BytesIO()
        larger.save(encoded, "JPEG", quality=QUALITY)
        (target / "images" / entry["file_name"]).write_bytes(encoded.getvalue())
        entry["width"], entry["height"] = size
    for annotation in document["annotations"]:
        annotation["bbox"] = [edge * times for edge in annotation["bbox"]]
        annotation["area"] *= times * times
    (target / "instances.json").write_text(json.dumps(document))


def measure(folder: Path, bundle: Path | None, *, full_scale: bool) -> Measured:
    """Precision and latency with the decoder at full or at reduced scale."""
    detector = Detector(bundle, pool_size=1)
    if full_scale:
        detector._decoder = ImageDecoder(None)  # noqa: SLF001  # the one thing compared
    data = read_data_set(folder)
    return evaluate(detector, data, lambda _done: None)


def _row(times: float, full: Measured, reduced: Measured, samples: int) -> Row:
    interval = paired_bootstrap(reduced.matches, full.matches, samples, lambda _done: None)
    note = (
        f"mAP full {full.precision.mean:.2f}, reduced {reduced.precision.mean:.2f}; "
        f"90 % interval {interval.low:+.2f} to {interval.high:+.2f}; "
        f"latency {full.latency_ms:.1f}, {reduced.latency_ms:.1f} ms"
    )
    return Row(f"enlarged {times:g}: difference", interval.difference, "point", None, note)


def _parser() -> argparse.ArgumentParser:
    flags = output_flags(
        "benchmarks.comparisons.reduced_decode", "Precision of the reduced decode."
    )
    flags.add_argument("--coco", type=Path, required=True, help="images/ and instances.json")
    flags.add_argument("--bundle", type=Path, help="a bundle's folder; the default one")
    flags.add_argument("--samples", type=int, default=300, help="draws of the bootstrap")
    return flags


if __name__ == "__main__":
    sys.exit(main())
