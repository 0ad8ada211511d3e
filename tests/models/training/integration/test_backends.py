"""Ten steps on TensorFlow and on JAX, from the same weights and pictures: the losses agree.

What differs: sums are added in another order, one part in ten million. In ten steps of Adam that
stays below one part in 100,000 on small networks, which is the tolerance here. In a deep network it
grows: Adam divides a gradient by its own size, so that one that is nearly nothing may step either
way, and a negative that is nearly as hard as the next may be another one. The whole SSDLite agreed
within 3 in 10,000,000 for two steps, 0.1 % at the fourth and 3.5 % at the seventh.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.tensorflow

ROOT = Path(__file__).parents[4]
STEPS = "tests.models.training.integration.ten_steps"
TOLERANCE = 1e-5
JAX = ROOT / ".venv-jax/bin/python"


def ten_steps(python, backend, folder, which):
    done = subprocess.run(
        [python, "-m", STEPS, folder, which], cwd=ROOT, capture_output=True, text=True, timeout=600,
        env=os.environ | {"KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["backend"] == backend
    return answer


@pytest.mark.skipif(not JAX.is_file(), reason="no .venv-jax here: make jax-env")
@pytest.mark.parametrize("which", ["sigmoid", "softmax"])
def test_losses_agree(tmp_path, which):
    found = ten_steps(JAX, "jax", tmp_path / "jax", which)
    wanted = ten_steps(sys.executable, "tensorflow", tmp_path / "tensorflow", which)
    assert len(wanted["losses"]) == 10
    assert found["losses"] == pytest.approx(wanted["losses"], rel=TOLERANCE)
    assert found["answers"] == pytest.approx(wanted["answers"], rel=1e-3)
