"""`ssd check golden` as a person runs it, on the committed golden file and on changed ones."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.ssd.bundle import open_bundle

ROOT = Path(__file__).parents[3]
SSD = Path(sys.executable).with_name("ssd")
GOLDEN = ROOT / "tests/data/golden/ssd300_vgg16_seed1.npz"
HAS_TENSORFLOW = importlib.util.find_spec("tensorflow") is not None


def check(*arguments):
    return subprocess.run(
        [SSD, "check", "golden", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_seed_that_nothing_tells(tmp_path):
    shutil.copy(GOLDEN, tmp_path / "other.npz")
    result = check(tmp_path / "other.npz")
    assert result.returncode == 2
    assert "give --seed N" in " ".join(result.stderr.split())


def test_a_file_of_something_else():
    result = check(ROOT / "samples/coffee.jpg")
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        f"Error: {ROOT}/samples/coffee.jpg is not an .npz file, or is damaged: fetch it again"
    ]


def test_a_place_that_is_taken(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    result = check(GOLDEN, "--keep", tmp_path)
    assert result.returncode == 1
    assert "is no bundle and not empty" in result.stderr


@pytest.mark.skipif(HAS_TENSORFLOW, reason="only tells what is missing where it is missing")
def test_tensorflow_is_asked_for_in_one_line():
    result = check(GOLDEN)
    assert result.returncode == 1
    assert "make train-env" in result.stderr


@pytest.mark.tensorflow
def test_the_original_is_matched(tmp_path):
    result = check(GOLDEN, "--keep", tmp_path / "bundle")
    assert result.returncode == 0, result.stderr
    title, header, *rows = result.stdout.splitlines()
    assert title.endswith("seed 1")
    assert header.split() == ["image", "what", "difference", "allowed"]
    # Anchors; for two images and two sides five rows each; for two files three rows each.
    assert len(rows) == 1 + 2 * 2 * 5 + 2 * 3
    assert all(row.endswith(" ok") for row in rows)
    assert open_bundle(tmp_path / "bundle").manifest.name == "ssd300_vgg16_seed1"
    assert "comparing: done" in result.stderr


@pytest.mark.tensorflow
def test_changed_answers_fail_and_the_first_is_named(tmp_path):
    with np.load(GOLDEN) as archive:
        arrays = {key: archive[key] for key in archive.files if not key.startswith("coffee/")}
    arrays["astronaut/offsets"][17, 2] += 1e-3
    arrays["astronaut/classes"][5] = arrays["astronaut/classes"][5] % 20 + 1
    np.savez(tmp_path / "changed.npz", seed=1, **arrays)
    result = check(tmp_path / "changed.npz", "--json")
    assert result.returncode == 1
    report = json.loads(result.stdout)
    assert (report["ok"], report["seed"]) == (False, 1)
    failed = [row["what"] for row in report["rows"] if row["verdict"] == "FAIL"]
    assert failed[0] == "network: offsets"
    assert "bundle: 107 detections, unpaired" in failed
    assert "network: scores" not in failed
    skipped = [row for row in report["rows"] if row["verdict"] == "skipped"]
    assert [row["image"] for row in skipped] == ["astronaut"]
    assert "no astronaut.png" in skipped[0]["note"]
    last = result.stderr.splitlines()[-1]
    assert "first astronaut, network: offsets: 0.001, allowed 0.0001" in last


@pytest.mark.tensorflow
def test_another_seed_and_other_images_do_not_pass(tmp_path):
    with np.load(GOLDEN) as archive:
        arrays = {key: archive[key] for key in archive.files if not key.startswith("coffee/")}
    np.savez(tmp_path / "seed1.npz", **arrays)
    shutil.copy(GOLDEN.parent / "coffee.png", tmp_path / "astronaut.png")
    result = check(tmp_path / "seed1.npz", "--images", tmp_path, "--json")
    rows = json.loads(result.stdout)["rows"]
    failed = {row["what"].split(":")[0] for row in rows if row["verdict"] == "FAIL"}
    assert failed == {"image file"}
    result = check(tmp_path / "seed1.npz", "--seed", 2, "--json")
    rows = json.loads(result.stdout)["rows"]
    failed = {row["what"].split(":")[0] for row in rows if row["verdict"] == "FAIL"}
    assert failed == {"network", "bundle", "image file"}
