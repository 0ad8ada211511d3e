"""The rows that are made of what was measured of images."""

from benchmarks.image import findings
from benchmarks.image.engine import Build, Start


def test_a_size_is_split_by_what_made_it():
    layers = [
        ("imported", 70.0), ("RUN sh /mnt/debian.sh python3", 40.0),
        ("RUN install.sh /opt/dcf/requirements/watcher.txt", 28.0),
        ("COPY /opt/dcf/watcher /opt/dcf/watcher", 1.0), ("CMD", 0.0),
        ("RUN install.sh /opt/dcf/requirements/serving.txt", 240.0), ("COPY /dcf/models", 5.0),
    ]  # fmt: skip
    found = findings.sizes("ssd", 384.0, layers, {"cv2": 70.0, "numpy.libs": 20.0})
    figures = {row.what.strip(): row.figure for row in found.rows}
    assert figures == {
        "ssd: size": 384.0, "of it: the detector's packages": 240.0, "of it: the base": 70.0,
        "of it: Python, certificates": 40.0, "of it: the watcher's packages": 28.0,
        "of it: own code and model": 6.0,
    }  # fmt: skip
    assert found.rows[0].verdict == "yes"
    assert "OpenCV 70, numpy 20" in found.rows[1].note


def test_a_start_stands_beside_an_empty_container():
    taken = [(Start(0.8, 0.9), 0.4), (Start(0.6, 0.7), 0.4), (Start(0.7, 0.8), 0.35)]
    rows = findings.starts("ssd", taken).rows
    assert [round(row.figure, 2) for row in rows] == [0.7, 2.0]


def test_builds_and_memory_have_rows():
    rows = findings.builds(Build(40, 18), Build(1.2, 3), Build(0.6, 0)).rows
    assert [row.figure for row in rows] == [40, 1.2]
    rows = findings.memory("ssd", (118, 64), (134, 300)).rows
    assert [row.verdict for row in rows] == ["-", "missed"]
