"""`ssd models` run as a person runs it."""

import subprocess
import sys
from pathlib import Path

from models.ssd.bundle import DEFAULT_BUNDLE

SSD = Path(sys.executable).with_name("ssd")


def test_a_model_is_added_tagged_and_fetched(tmp_path):
    place = tmp_path / "registry"

    def ssd(*arguments):
        done = subprocess.run(
            [SSD, "models", "--registry", place, *arguments],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done

    assert ssd("add", DEFAULT_BUNDLE.name, "--experiment", "coco").stdout == "coco-1\n"
    assert ssd("tag", "coco-1", "best").returncode == 0
    assert '"tags": ["best"]' in ssd("list").stdout
    assert ssd("verify").stderr == "1 models are whole.\n"
    assert ssd("show", "bets").returncode == 1
    out = tmp_path / "out"
    assert ssd("fetch", "best", "--out", out).returncode == 0
    for file in DEFAULT_BUNDLE.iterdir():
        assert (out / file.name).read_bytes() == file.read_bytes()
