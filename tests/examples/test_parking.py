"""The challenge's three programs on a miniature of its folder, one after the other."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.parking_folder import HEIGHT, WIDTH, make_parking

pytestmark = [pytest.mark.tensorflow, pytest.mark.timeout(400)]

PARKING = Path(__file__).parents[2] / "examples/parking"
RECIPE = "start: embedded\nepochs: 2\nbatch: 4\nvalidation: 0\nworkers: 1\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The folders DATA and USER, and what is to be answered."""
    folder = tmp_path_factory.mktemp("parking")
    wanted = make_parking(folder / "DATA")
    (folder / "train.yaml").write_text(RECIPE)
    return folder, wanted


def run(program, folder, *words):
    line = [sys.executable, PARKING / program, "--data", folder / "DATA", "--user", folder / "USER"]
    return subprocess.run(
        [*map(str, line), *words], capture_output=True, text=True, timeout=300, check=False,
        cwd=folder, env={**os.environ, "PYTHONPATH": str(PARKING.parents[1])},
    )  # fmt: skip


def test_train_val_predict(place):
    folder, wanted = place
    config = str(folder / "train.yaml")
    trained = run(
        "train.py", folder, "--config", config, "--split", "city", "--shares", "60/40",
        "--precision", "float32", "--factor", "5",
    )  # fmt: skip
    assert trained.returncode == 0, trained.stderr[-2000:]
    lines = [line for line in trained.stderr.splitlines() if line.startswith("estimate: ")]
    assert [line.partition(", ")[0] for line in lines] == [
        "estimate: training", "estimate: training", "estimate: prediction", "estimate: prediction",
    ]  # fmt: skip
    assert all("within the limit of" in line for line in lines)
    assert "4 pictures: here" in lines[2]
    assert "factor 5 of --factor" in lines[3]
    cities = {
        split: {each["file_name"].split("_")[1] for each in listed(folder, split)["images"]}
        for split in ("train", "val")
    }
    assert cities["train"] | cities["val"] == {"경기도", "서울", "부산"}
    assert not cities["train"] & cities["val"]
    names = [each["name"] for each in listed(folder, "train")["categories"]]
    assert (names[0], names[4], names[13]) == ("sedan", "school bus", "cart")

    measured = run("val.py", folder, "--json")
    assert measured.returncode == 0, measured.stderr[-2000:]
    assert 0 <= json.loads(measured.stdout)["mAP"] <= 1
    assert (folder / "USER/report/report.html").stat().st_size > 10_000

    answered = run("predict.py", folder)
    assert answered.returncode == 0, answered.stderr[-2000:]
    check_answer((folder / "USER/answer.json").read_text(), wanted)


def listed(folder, split):
    file = folder / f"USER/dataset-city/annotations/instances_{split}.json"
    return json.loads(file.read_text("utf-8"))


def check_answer(text, wanted):
    """The sample's keys in its order; what the challenge allows."""
    answer = json.loads(text)
    assert answer
    assert len(text.encode()) < 20_000_000
    ids = {each["id"] for each in wanted}
    for each in answer:
        assert list(each) == ["score", "bbox", "category_id", "image_id", "memo"]
        assert each["memo"] == ""
        assert each["image_id"] in ids
        assert 1 <= each["category_id"] <= 14
        assert each["score"] == round(each["score"], 4)
        assert each["bbox"] == [round(value, 1) for value in each["bbox"]]
        x, y, width, height = each["bbox"]
        assert x >= 0
        assert y >= 0
        assert x + width <= WIDTH + 0.2
        assert y + height <= HEIGHT + 0.2
    most = max(sum(each["image_id"] == image_id for each in answer) for image_id in ids)
    assert most <= 50
