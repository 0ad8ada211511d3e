"""`python -m benchmarks.image`: the rows it makes, and what it says where there is no engine."""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks import image_findings
from benchmarks.image_engine import Build, Start, copy_of_context

ROOT = Path(__file__).parents[2]


def test_a_size_is_split_by_what_made_it():
    layers = [
        ("imported", 70.0), ("RUN sh /mnt/debian.sh python3", 40.0),
        ("RUN install.sh /opt/dcf/requirements/watcher.txt", 28.0),
        ("COPY /opt/dcf/watcher /opt/dcf/watcher", 1.0), ("CMD", 0.0),
        ("RUN install.sh /opt/dcf/requirements/serving.txt", 240.0), ("COPY /dcf/models", 5.0),
    ]  # fmt: skip
    found = image_findings.sizes("ssd", 384.0, layers, {"cv2": 70.0, "numpy.libs": 20.0})
    figures = {row.what.strip(): row.figure for row in found.rows}
    assert figures == {
        "ssd: size": 384.0, "of it: the detector's packages": 240.0, "of it: the base": 70.0,
        "of it: Python, certificates": 40.0, "of it: the watcher's packages": 28.0,
        "of it: own code and model": 6.0,
    }  # fmt: skip
    assert found.rows[0].verdict == "yes"
    assert "OpenCV 70, numpy 20" in found.rows[1].note


def test_a_start_is_told_beside_an_empty_container():
    taken = [(Start(0.8, 0.9), 0.4), (Start(0.6, 0.7), 0.4), (Start(0.7, 0.8), 0.35)]
    rows = image_findings.starts("ssd", taken).rows
    assert [round(row.figure, 2) for row in rows] == [0.7, 2.0]


def test_builds_and_memory_are_told():
    rows = image_findings.builds(Build(40, 18), Build(1.2, 3), Build(0.6, 0)).rows
    assert [row.figure for row in rows] == [40, 1.2]
    rows = image_findings.memory("ssd", (118, 64), (134, 300)).rows
    assert [row.verdict for row in rows] == ["-", "missed"]


def test_the_copy_has_what_an_image_is_made_of(tmp_path):
    copy = copy_of_context(tmp_path)
    assert {"Dockerfile", "handler", "models", "watcher"} <= {path.name for path in copy.iterdir()}
    assert not (copy / "tests").exists()


def test_no_engine_is_a_line():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.image"], cwd=ROOT, capture_output=True, text=True,
        timeout=60, check=False, env={**os.environ, "DOCKER": "/nowhere/docker"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("benchmarks.image: /nowhere/docker cannot")
