import os

import pytest

from models.ssd.cpus import usable_cpus


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({"cpu.max": "max 100000\n"}, 10**6),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "10000000 100000\n"}, 100),
        ({"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 10**6),
        ({"cpu.max": "nonsense"}, 10**6),
        ({}, 10**6),
    ],
    ids=["v2-none", "half", "one-and-a-half", "many", "v1-one", "v1-none", "broken", "no-cgroup"],
)
def test_quota_and_affinity(tmp_path, files, limit):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert usable_cpus(tmp_path) == min(limit, len(os.sched_getaffinity(0)))
