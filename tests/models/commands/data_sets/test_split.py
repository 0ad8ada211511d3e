"""`ssd data split`, run as a person runs it."""

import json

import pytest

from models.datasets.digest import digest_of
from models.datasets.reading import read_data_set


@pytest.fixture
def folder(made):
    for number in range(3, 21):
        name = f"place{number % 4}_{number}.png"
        made.picture(name)
        made.document["images"].append({"id": number, "file_name": name})
    for name in ("a.png", "b.png"):
        (made.images / name).rename(made.images / f"place0_{name}")
    for entry in made.document["images"][:2]:
        entry["file_name"] = f"place0_{entry['file_name']}"
    return made.write()


def test_three_parts_of_one_data_set(folder, ssd, tmp_path):
    done = ssd("split", folder, "--out", tmp_path / "out", "--shares", "60/20/20")
    assert done.returncode == 0, done.stderr
    names = [line.partition(":")[0] for line in done.stdout.splitlines()]
    assert names == ["train", "val", "test"]
    sizes = {
        name: len(json.loads(
            (tmp_path / f"out/annotations/instances_{name}.json").read_bytes())["images"])
        for name in names
    }  # fmt: skip
    assert sizes == {"train": 12, "val": 4, "test": 4}
    assert digest_of(read_data_set(tmp_path / "out")) == digest_of(read_data_set(folder))
    again = ssd("split", folder, "--out", tmp_path / "again", "--shares", "60/20/20")
    assert again.stdout == done.stdout


@pytest.mark.parametrize("how", [("--by-part", "_:0"), ("--by", r"place\d")])
def test_groups_stay_together(folder, ssd, tmp_path, how):
    done = ssd("split", folder, "--out", tmp_path / "out", "--shares", "50/50", *how)
    assert done.returncode == 0, done.stderr
    parts = {}
    for picture in read_data_set(tmp_path / "out").pictures:
        parts.setdefault(picture.name[:6], set()).add(picture.split)
    assert len(parts) == 4
    assert all(len(each) == 1 for each in parts.values())
    # Of 7, 5, 4 and 4.
    assert "train: 11 pictures" in done.stdout
    assert "2 groups" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--by", "x", "--by-part", "_:0"], "--by or --by-part, not both"),
        (["--by", "("], "no regular expression"),
        (["--by-part", "_:9"], "has 2 parts"),
        (["--shares", "100"], "--shares is '100'"),
        (["--by", "^p"], "make 1 groups: too few"),
        (["--out", "."], None),
    ],
)
def test_one_line_says_what_is_wrong(folder, ssd, tmp_path, words, said):
    done = ssd("split", folder, "--out", tmp_path / "out", *words)
    if said is None:  # an empty folder is free
        assert done.returncode == 0
        done = ssd("split", folder, *words)
        said = "not empty"
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_pictures_and_annotations_apart(folder, ssd, tmp_path):
    """As challenges give them: no categories, no layout."""
    document = json.loads((folder / "instances.json").read_text())
    del document["categories"]
    (tmp_path / "Train.json").write_text(json.dumps(document))
    (tmp_path / "names.yaml").write_text("names: {3: cat, 7: dog}")
    (folder / "instances.json").unlink()
    words = ("split", "--images", folder / "images", "--annotations", tmp_path / "Train.json")
    words += ("--out", tmp_path / "out", "--shares", "50/50")
    nameless = ssd(*words)
    assert nameless.returncode == 1
    assert "has no categories" in nameless.stderr
    done = ssd(*words, "--names", tmp_path / "names.yaml", "--links")
    assert done.returncode == 0, done.stderr
    data = read_data_set(tmp_path / "out")
    assert data.names == ("cat", "dog")
    assert len(data.pictures) == 20
    assert all(picture.file.is_symlink() for picture in data.pictures)


@pytest.mark.parametrize("words", [(), ("--images", "."), ("set", "--images", ".")])
def test_what_to_divide_is_named_once(ssd, tmp_path, words):
    done = ssd("split", *words, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "FOLDER, or by --images and --annotations" in done.stderr
