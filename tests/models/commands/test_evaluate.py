"""`ssd evaluate` run as a person runs it, on the sample photos with boxes drawn by the program."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from models.ssd.bundle import EMBEDDED
from models.ssd.detector import Detector
from tests.contract.layouts import WRITERS, empty

ROOT = Path(__file__).parents[3]
SSD = Path(sys.executable).with_name("ssd")
INT8 = EMBEDDED / "ssdlite_mobilenet_v2_coco_int8"
FLOAT = EMBEDDED / "ssdlite_mobilenet_v2_coco"
PHOTOS = ("coffee.jpg", "chelsea.jpg")


def evaluate(*arguments):
    return subprocess.run(
        [SSD, "evaluate", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@pytest.fixture(scope="module")
def annotations(tmp_path_factory):
    """What the float32 bundle finds, taken for the truth: it must then measure 1.0."""
    detector = Detector(FLOAT, pool_size=1)
    images, boxes = [], []
    for image_id, name in enumerate(PHOTOS, start=1):
        found = detector.detect((ROOT / "samples" / name).read_bytes()).detections
        images.append({"id": image_id, "file_name": name})
        for class_id, (ymin, xmin, ymax, xmax) in zip(
            found.class_ids.tolist(), found.boxes.tolist(), strict=True
        ):
            box = [xmin, ymin, xmax - xmin, ymax - ymin]
            area = box[2] * box[3]
            boxes.append(
                {"id": len(boxes) + 1, "image_id": image_id, "category_id": class_id,
                 "bbox": box, "area": area, "iscrowd": 0}
            )  # fmt: skip
    used = sorted({box["category_id"] for box in boxes})
    document = {
        "images": images,
        "annotations": boxes,
        "categories": [{"id": class_id, "name": str(class_id)} for class_id in used],
    }
    file = tmp_path_factory.mktemp("coco") / "instances.json"
    file.write_text(json.dumps(document))
    return ["--images", ROOT / "samples", "--annotations", file]


def test_json_when_piped(annotations):
    result = evaluate("--bundle", FLOAT, *annotations)
    assert result.returncode == 0, result.stderr
    assert "%" not in result.stderr  # no progress bar in a log
    figures = json.loads(result.stdout)
    assert figures["images"] == 2
    # These classes are called by their numbers, which the bundle does not know as names.
    assert figures["matched_by"] == "id"
    assert "matched by id" in result.stderr
    assert figures["mAP"] == figures["AP50"] == figures["AP75"] == 1.0
    assert 0 < figures["inference_ms"] < figures["latency_ms"]


@pytest.mark.parametrize("layout", WRITERS)
def test_a_data_set_of_any_layout(tmp_path, layout):
    """Figures of noise are none; but the classes are matched, and those that are not are told."""
    WRITERS[layout][0](empty(tmp_path / "set"))
    result = evaluate("--bundle", INT8, "--data", tmp_path / "set", "--split", "train", "--json")
    assert result.returncode == 0, result.stderr
    figures = json.loads(result.stdout)
    assert figures["images"] == 2
    assert "unknown_classes" not in figures


def test_a_class_that_is_not_known_and_a_bad_row_are_told(tmp_path):
    folder = empty(tmp_path / "set")
    WRITERS["yolo in two folders"][0](folder)
    (folder / "dataset.yaml").write_text("names: [cat, dog, unicorn]")
    (folder / "labels/val/a.txt").write_text("")
    result = evaluate("--bundle", INT8, "--data", folder, "--max-bad", 1)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["unknown_classes"] == ["unicorn"]
    assert "does not know, not judged: unicorn" in result.stderr
    assert "set aside 1 rows, first " in result.stderr
    stopped = evaluate("--bundle", INT8, "--data", folder, "--max-bad", 0)
    assert stopped.returncode == 1
    assert stopped.stderr.count("\n") == 1
    assert "1 of 11 rows are bad" in stopped.stderr


def test_two_bundles_compared(annotations):
    result = evaluate("--bundle", INT8, *annotations, "--compare", FLOAT, "--samples", 20, "--json")
    assert result.returncode == 0, result.stderr
    figures = json.loads(result.stdout)
    compared = figures["compare"]
    assert compared["mAP"] == 1.0
    assert compared["difference"] == pytest.approx(figures["mAP"] - 1.0, abs=1e-3)
    assert compared["low"] <= compared["high"]
    assert compared["samples"] == 20


def test_tiles_compared_with_none(annotations):
    result = evaluate(
        "--bundle", INT8, *annotations, "--tiles", 2, "--compare-tiles", 1, "--samples", 20
    )
    assert result.returncode == 0, result.stderr
    figures = json.loads(result.stdout)
    compared = figures["compare"]
    plain, tiled = (
        json.loads(evaluate("--bundle", INT8, *annotations, "--tiles", tiles).stdout)
        for tiles in (1, 2)
    )
    for name in ("mAP", "AP50", "AP_small", "AP_medium", "AP_large"):
        assert (figures[name], compared[name]) == (tiled[name], plain[name])
    assert compared["difference"] == pytest.approx(tiled["mAP"] - plain["mAP"], abs=1e-3)
    assert compared["low"] <= compared["high"]


def test_a_table_and_a_bar_on_a_terminal(annotations):
    reader, terminal = pty.openpty()
    process = subprocess.Popen(
        [SSD, "evaluate", "--bundle", FLOAT, *map(str, annotations)],
        stdin=terminal, stdout=terminal, stderr=terminal, env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.close(terminal)
    seen = b""
    try:
        while chunk := os.read(reader, 65536):
            seen += chunk
    except OSError:  # how Linux says that the other end of a terminal is closed
        pass
    finally:
        os.close(reader)
    assert process.wait(timeout=60) == 0
    assert b"100%" in seen
    assert b"mAP                  1.0" in seen


def test_a_report_is_one_page(annotations, tmp_path):
    result = evaluate(
        "--bundle", INT8, *annotations, "--against", FLOAT, "--samples", 20,
        "--report", tmp_path / "new" / "report",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "report.html: open it in a browser" in result.stderr
    page = (tmp_path / "new" / "report" / "report.html").read_text()
    figures = json.loads(result.stdout)
    assert f"<td>AP_large</td><td>{figures['AP_large']:.4g}</td>" in page
    assert "difference to the other: low" in page
    assert "ssdlite_mobilenet_v2_coco_int8: 2 pictures" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (["--images", "."], "no picture that can be used"),
        (["--annotations", ROOT / "config.yaml"], "not an instances file"),
        (["--bundle", ROOT / "samples"], "manifest.json"),
        (["--data", ROOT], "by --data, or by --images and --annotations"),
        (["--max-bad", "many"], "--max-bad is 'many'"),
        (["--tiles", "4"], "must be a whole number from 1 to 3, or auto, got '4'"),
    ],
    ids=["images", "annotations", "bundle", "both ways", "max-bad", "tiles"],
)
def test_one_line_says_what_is_wrong(annotations, change, said):
    result = evaluate(*annotations, *change)
    assert result.returncode != 0
    assert said in result.stderr
    assert "Traceback" not in result.stderr
