"""Heads are joined by anchors; a worker runs on no more cores than it has threads."""

import os
import subprocess
import sys

import numpy as np

from benchmarks.engines.workers.served import THREADS, joined
from benchmarks.harness.environment import ROOT


def test_heads_are_joined_anchor_by_anchor():
    first = np.arange(2 * 2 * 6, dtype=np.float32).reshape(1, 2, 2, 6)
    second = np.full((1, 1, 1, 3), 100, np.float32)
    whole = joined([first, second], 3)
    assert whole.shape == (1, 9, 3)
    assert whole[0, 1].tolist() == [3, 4, 5]
    assert whole[0, -1].tolist() == [100, 100, 100]


def test_a_worker_keeps_to_its_cores():
    code = (
        "import os; from benchmarks.engines.workers.served import two_cores; two_cores();"
        "print(len(os.sched_getaffinity(0)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        timeout=60,
    )  # fmt: skip
    assert int(done.stdout) == min(THREADS, len(os.sched_getaffinity(0)))
