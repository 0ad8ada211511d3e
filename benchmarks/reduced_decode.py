"""What decoding JPEGs at a reduced scale costs in precision: the same pictures, decoded both ways.

Pictures of a data set are enlarged, so that a reduced decode happens at all, and measured with
the decoder at full and at reduced scale: `python -m benchmarks.reduced_decode --coco DIR`, where
DIR has images/ and instances.json.
"""

import argparse
import io
import json
import sys
import tempfile
from pathlib import Path

from PIL import Image

from models.ssd.detector import Detector
from models.ssd.image import ImageDecoder
from models.training.annotations import read_annotations
from models.training.evaluation import Measured, evaluate
from models.training.precision import paired_bootstrap

ENLARGED = (1.3, 1.5, 2.0, 3.0, 4.0)
QUALITY = 92


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
    data = read_annotations(folder / "images", folder / "instances.json")
    return evaluate(detector, data, lambda _done: None)


def main() -> None:
    """Prints a row an enlargement and writes JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--coco", type=Path, required=True, help="images/ and instances.json")
    parser.add_argument("--bundle", type=Path, help="a bundle's folder; the default one")
    parser.add_argument("--samples", type=int, default=300, help="draws of the bootstrap")
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    arguments = parser.parse_args()
    rows = []
    print("enlarged   full  reduced  difference  90 % interval     latency full, reduced (ms)")
    for times in ENLARGED:
        with tempfile.TemporaryDirectory() as folder:
            enlarge(arguments.coco, times, Path(folder) / "set")
            full = measure(Path(folder) / "set", arguments.bundle, full_scale=True)
            reduced = measure(Path(folder) / "set", arguments.bundle, full_scale=False)
        interval = paired_bootstrap(
            reduced.matches, full.matches, arguments.samples, lambda _done: None
        )
        rows.append(
            {
                "enlarged": times,
                "full": full.precision.mean,
                "reduced": reduced.precision.mean,
                "difference": interval.difference,
                "low": interval.low,
                "high": interval.high,
                "latency_full_ms": full.latency_ms,
                "latency_reduced_ms": reduced.latency_ms,
            }
        )
        print(
            f"{times:8.1f}  {full.precision.mean:5.2f}    {reduced.precision.mean:5.2f}"
            f"       {interval.difference:+5.2f}  {interval.low:+5.2f} to {interval.high:+5.2f}"
            f"    {full.latency_ms:.1f}, {reduced.latency_ms:.1f}"
        )
    mean = sum(row["difference"] for row in rows) / len(rows)
    print(f"mean difference {mean:+.2f} point")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
