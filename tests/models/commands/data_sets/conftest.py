import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.datasets.conftest import Made

SSD = Path(sys.executable).with_name("ssd")


@pytest.fixture
def made(tmp_path):
    return Made(tmp_path / "set")


@pytest.fixture
def ssd(tmp_path):
    """Runs `ssd data ...` in an empty folder of its own, as a person does."""
    (tmp_path / "cwd").mkdir()

    def run(*words):
        return subprocess.run(
            [SSD, "data", *map(str, words)],
            capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path / "cwd",
        )  # fmt: skip

    return run
