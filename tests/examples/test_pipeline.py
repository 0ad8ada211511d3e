"""examples/pipeline from 300 labelled pictures in BigQuery to a model that serves, and back."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.datasets.digits.drawn import write_mnist

pytestmark = [pytest.mark.tensorflow, pytest.mark.lifecycle, pytest.mark.timeout(1200)]

ROOT = Path(__file__).parents[2]
STEPS = ["pull", "search", "export", "evaluate", "add", "gate", "deploy"]


def test_the_whole_life_of_a_model(tmp_path):
    done = subprocess.run(
        [sys.executable, ROOT / "examples/pipeline/demo.py", "--out", tmp_path / "life",
         "--digits", write_mnist(tmp_path / "mnist")],
        capture_output=True, text=True, timeout=1100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "Traceback" not in done.stderr, done.stderr
    parts = dict(part.split("\n", 1) for part in done.stdout.split("\n== ")[1:])
    pictures, pipeline, again, broken, canary, back = parts.values()
    assert "has 300 pictures, 300 of them new" in pictures
    assert "before: ssdlite_mobilenet_v2_coco_int8@1.0.0 " in pictures
    assert "7 steps, all done" in pipeline
    served = re.search(r"serves: (digits-1 \([0-9a-f]{12}\)) finds ([0-9, ]+)", pipeline)
    assert served, pipeline
    for step in STEPS:
        assert f"{step}: unchanged" in done.stderr
    assert "7 steps, all done" in again
    assert "FAILS overall" in broken
    assert "broken-1 is refused" in broken
    assert "broken-1 (" in done.stderr
    assert f"still: {served[1]}" in canary
    assert "after the rollback: ssdlite_mobilenet_v2_coco_int8@1.0.0" in back
    assert f"in the end: {served[1]} finds {served[2]}" in back
    check_record(tmp_path / "life/pipeline.run")
    check_history(back)


def check_record(folder):
    told = json.loads((folder / "record.json").read_text())
    assert [step["name"] for step in told["steps"]] == STEPS
    assert {step["outcome"] for step in told["steps"]} == {"unchanged"}
    assert "<script" not in (folder / "page.html").read_text()


def check_history(said):
    """Who served when, newest first: the model, the one before, the canary, the model, COCO."""
    rows = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [row["model"] for row in rows] == ["digits-1", "", "broken-1", "digits-1", ""]
    assert [row["serving"] for row in rows] == [True, False, False, False, False]
    assert rows[2]["rollout"] == "failed"
    assert rows[2]["forced"] == "to see what a canary does"
    assert "agree" in rows[2]["reason"]
