"""`python -m benchmarks.image` where there is no engine."""

import os
import subprocess
import sys

from benchmarks.harness.environment import ROOT


def test_no_engine_is_a_line():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.image"], cwd=ROOT, capture_output=True, text=True,
        timeout=60, check=False, env={**os.environ, "DOCKER": "/nowhere/docker"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("benchmarks.image: /nowhere/docker cannot")
