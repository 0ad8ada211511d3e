"""`ssd data check`, run as a person runs it."""

import json
import shutil

import pytest

from models.datasets.digest import digest_of
from models.datasets.reading import read_data_set
from tests.models.datasets.conftest import Made


def test_all_is_well(made, ssd):
    done = ssd("check", made.write(), "--max-bad", 0)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"{made.folder}: 2 pictures, 2 objects, 2 classes; 0 of 4 rows are bad",
        f"digest {digest_of(read_data_set(made.folder))}",
        "the same file twice: 0, across splits 0; nearly the same: 0, across splits 0",
    ]
    assert done.stderr == ""


def test_every_bad_row_is_listed_and_too_many_fail(made, ssd):
    made.box(70, 1, 5, 5)
    made.box(1, 1, 0, 5)
    cut = made.picture("c.jpg", 90, 90)
    cut.write_bytes(cut.read_bytes()[:-900])
    made.document["images"].append({"id": 3, "file_name": "c.jpg"})
    done = ssd("check", made.write())
    assert done.returncode == 1
    assert done.stderr == f"Error: {made.folder}: 3 of 7 rows are bad, at most 1 % may be\n"
    listed = [line for line in done.stdout.splitlines() if line.startswith("bad: ")]
    assert len(listed) == 3
    assert "annotations[2], id 3: a.png: a box reaches outside" in done.stdout
    assert "annotations[3], id 4: a.png: a box is empty" in done.stdout
    assert "c.jpg: cannot be" in done.stdout
    assert ssd("check", made.folder, "--max-bad", 3).returncode == 0


def test_leaks_between_folders_fail(made, ssd, tmp_path):
    other = Made(tmp_path / "test")
    other.picture("b.png", seed=5)
    other.write()
    done = ssd("check", made.write(), other.folder)
    assert done.returncode == 1
    assert done.stderr == "Error: 1 pictures are in two splits: take them out of one\n"
    assert f"leak: {made.folder}: a.png and {other.folder}: a.png are the same file" in done.stdout
    assert "the same file twice: 1, across splits 1" in done.stdout


def test_duplicates_in_one_split_are_told(made, ssd):
    shutil.copyfile(made.images / "a.png", made.images / "c.png")
    made.document["images"].append({"id": 3, "file_name": "c.png"})
    done = ssd("check", made.write())
    assert done.returncode == 0
    assert "twice: a.png and c.png are the same file" in done.stdout


def test_json(made, ssd):
    made.box(1, 1, 0, 5)
    shutil.copyfile(made.images / "a.png", made.images / "c.png")
    made.document["images"].append({"id": 3, "file_name": "c.png"})
    done = ssd("check", made.write(), "--json", "--max-bad", "50%")
    document = json.loads(done.stdout)
    (told,) = document["data_sets"].values()
    assert (told["pictures"], told["objects"], told["classes"], told["rows"]) == (3, 2, 2, 6)
    (bad,) = told["bad"]
    assert bad["reason"].startswith("a.png: a box is empty")
    assert document["pairs"] == [
        {"first": str(made.images / "a.png"), "second": str(made.images / "c.png"),
         "same_file": True, "bits": 0, "leak": False}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none"], "none is no folder"),
        (["."], "no data set of a known layout"),
        ([".", "--max-bad", "x"], "--max-bad is 'x'"),
        ([".", "--format", "voc"], "no annotations of VOC"),
    ],
)
def test_one_line_says_what_is_wrong(ssd, words, said):
    done = ssd("check", *words)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
