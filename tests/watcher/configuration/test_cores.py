import os

import pytest

from watcher.configuration import cores

ALL = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("quota", "count"),
    [
        ("max 100000", ALL),
        ("100000 100000", 1),
        ("20000 100000", 1),
        ("6400000 100000", ALL),
        ("x", ALL),
    ],
)
def test_a_quota_of_the_unified_hierarchy(tmp_path, quota, count):
    (tmp_path / "cpu.max").write_text(quota)
    assert cores.usable(tmp_path) == count


@pytest.mark.parametrize(("quota", "count"), [("-1", ALL), ("50000", 1)])
def test_a_quota_of_the_older_hierarchy(tmp_path, quota, count):
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(quota)
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000")
    assert cores.usable(tmp_path) == count


def test_no_hierarchy_at_all(tmp_path):
    assert cores.usable(tmp_path) == ALL
