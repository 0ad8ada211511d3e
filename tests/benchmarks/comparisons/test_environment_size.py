import pytest

from benchmarks.comparisons import environment_size
from benchmarks.harness.errors import CannotMeasure


def test_sizes_are_of_the_packages_that_are_pinned(tmp_path):
    info = tmp_path / "thing-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
    (tmp_path / "thing.py").write_bytes(b"x" * 1000)
    (info / "RECORD").write_text("thing.py,,\nthing-1.0.dist-info/RECORD,,\ngone.py,,\n")
    assert environment_size.pinned("thing==1.0 \\\n    --hash=sha256:00\nOther_x==2\n") == [
        "thing",
        "Other_x",
    ]
    sizes = environment_size.package_sizes(tmp_path, ["thing"])
    assert sizes == {"thing": 1000 + (info / "RECORD").stat().st_size}
    with pytest.raises(CannotMeasure, match="other"):
        environment_size.package_sizes(tmp_path, ["other"])


def test_the_largest_come_first(tmp_path):
    rows = environment_size.finding({"b": 10**6, "a": 3 * 10**6}, 10**6, tmp_path).rows
    assert [(row.what, row.figure) for row in rows] == [
        ("serving environment", 4.0), ("model", 1.0), ("  of it: a", 3.0), ("  of it: b", 1.0),
    ]  # fmt: skip
