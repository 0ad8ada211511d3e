"""`ssd predict` run as a person runs it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.waiting import until

ROOT = Path(__file__).parents[3]
SSD = Path(sys.executable).with_name("ssd")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Sixty parts of a photo."""
    folder = tmp_path_factory.mktemp("pictures")
    with Image.open(ROOT / "samples/coffee.jpg") as photo:
        for at in range(60):
            photo.crop((3 * at, 0, 3 * at + 400, 400)).save(folder / f"{at:03}.jpg", quality=60)
    return folder


def line(images, out, *options):
    return [SSD, "predict", "--images", str(images), "--out", str(out), *map(str, options)]


def predict(*arguments):
    return subprocess.run(
        line(*arguments), capture_output=True, text=True, timeout=120, check=False
    )


def test_answers_a_folder(pictures, tmp_path):
    result = predict(pictures, tmp_path / "out.json")
    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    found = json.loads((tmp_path / "out.json").read_text())
    assert {entry["image_id"] for entry in found} == set(range(60))
    assert min(entry["score"] for entry in found) < 0.05
    assert f"{len(found):,} objects in 60 pictures" in result.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["out.json"]


def test_the_same_bytes_with_any_number_of_workers(pictures, tmp_path):
    for workers in (1, 2, 5):
        predict(pictures, tmp_path / f"{workers}.csv", "--format", "csv", "--workers", workers)
    contents = {file.read_bytes() for file in tmp_path.glob("*.csv")}
    assert len(contents) == 1


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_ended_goes_on_where_it_was(pictures, tmp_path, end):
    whole, out = tmp_path / "whole.json", tmp_path / "out.json"
    predict(pictures, whole)
    journal = tmp_path / "out.json.partial"
    with subprocess.Popen(line(pictures, out, "--workers", 1), stderr=subprocess.PIPE) as process:
        until(lambda: journal.is_file() and journal.read_bytes().count(b"\n") > 5, 60)
        os.kill(process.pid, end)
        said = process.stderr.read().decode()
    if end == signal.SIGINT:
        assert process.returncode == 130
        assert "the same line goes on from there" in said
    assert not out.exists()
    had = journal.read_bytes().count(b"\n") - 1
    assert 5 <= had < 60
    assert predict(pictures, out).returncode == 0
    assert out.read_bytes() == whole.read_bytes()
    assert not journal.exists()


def test_a_broken_picture_is_named_and_the_others_are_answered(pictures, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("000.jpg", "001.jpg"):
        (folder / name).write_bytes((pictures / name).read_bytes())
    (folder / "002.jpg").write_bytes(b"\xff\xd8\xffnot one")
    result = predict(folder, tmp_path / "out.csv", "--format", "csv")
    assert result.returncode == 0
    assert result.stderr.startswith("002.jpg: ")
    assert "in 2 pictures" in result.stderr
    assert "1 pictures could not be read" in result.stderr
    assert "Traceback" not in result.stderr


def test_nothing_that_can_be_read_is_a_failure(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    result = predict(tmp_path, tmp_path / "out.json")
    assert result.returncode == 1
    assert result.stderr.endswith("Error: not one picture could be read\n")


def test_a_limit_says_where_it_cut(pictures, tmp_path):
    options = ("--format", "challenge", "--max-bytes", "2kB", "--max-detections", 50)
    result = predict(pictures, tmp_path / "out.json", *options)
    content = (tmp_path / "out.json").read_bytes()
    assert 1800 < len(content) <= 2000
    least = min(entry["score"] for entry in json.loads(content))
    assert f"confidence of {least:.4f} or less" in result.stderr


def test_ids_and_order_of_a_list(pictures, tmp_path):
    information = tmp_path / "information.json"
    names = [{"id": 5, "file_name": "030.jpg"}, {"id": 4, "file_name": "010.jpg"}]
    information.write_text(json.dumps({"images": names}))
    predict(pictures, tmp_path / "out.json", "--information", information)
    found = [entry["image_id"] for entry in json.loads((tmp_path / "out.json").read_text())]
    assert list(dict.fromkeys(found)) == [5, 4]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--format", "voc", "--max-bytes", "1MB"], "--max-bytes is for formats of one file"),
        (["--classes", "unicorn"], "no class 'unicorn'"),
        (["--max-bytes", "20 parsec"], "write 20MB"),
    ],
)
def test_a_mistake_is_told_before_any_work(pictures, tmp_path, options, said):
    result = predict(pictures, tmp_path / "out", *options)
    assert result.returncode in (1, 2)
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_other_settings_do_not_go_on_with_the_answers_of_these(pictures, tmp_path):
    out = tmp_path / "out.json"
    (tmp_path / "out.json.partial").write_text('"asked otherwise"\n')
    result = predict(pictures, out)
    assert result.returncode == 1
    assert "another run" in result.stderr


def test_keys_of_a_sample(pictures, tmp_path):
    sample = tmp_path / "sample.json"
    sample.write_text('[{"score": 0.1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]}]')
    few = tmp_path / "few"
    few.mkdir()
    (few / "1.jpg").write_bytes((pictures / "000.jpg").read_bytes())
    result = predict(few, tmp_path / "out.json", "--format", "challenge", "--like", sample)
    assert result.returncode == 0, result.stderr
    answer = json.loads((tmp_path / "out.json").read_text())
    assert {tuple(each) for each in answer} == {("score", "image_id", "category_id", "bbox")}
    refused = predict(few, tmp_path / "other.json", "--like", sample)
    assert refused.returncode == 2
    assert "--like is for --format challenge, not for coco" in refused.stderr
