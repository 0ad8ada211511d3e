"""What a run's folder says."""

import json

import pytest

from models.registry.errors import RegistryError
from models.registry.runs import origin_of_run, pictures_of_run


@pytest.fixture
def run(tmp_path):
    note = {"network": "ssdlite-mobilenet-v2", "seed": 3, "data": {"sha256": "d" * 64}}
    (tmp_path / "run.json").write_text(json.dumps(note))
    (tmp_path / "train.yaml").write_text("epochs: 2\noptimizer: {rate: 0.001}\n")
    return tmp_path


def test_recipe_and_data(run):
    assert origin_of_run(run) == {
        "data_digest": "d" * 64,
        "pictures": None,
        "parameters": {
            "epochs": 2, "optimizer": {"rate": 0.001}, "network": "ssdlite-mobilenet-v2", "seed": 3
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("run.json", "{}"),
        ("run.json", "[1]"),
        ("run.json", '{"data": {"sha256": 7}}'),
        ("train.yaml", "[1, 2]"),
        ("train.yaml", "!!python/object/apply:os.system [true]"),
        ("train.yaml", "a: [" * 10_000),
        ("train.yaml", "x" * (1 << 21)),
    ],
)
def test_what_is_no_run(run, file, content):
    (run / file).write_text(content)
    with pytest.raises(RegistryError, match="is no run's folder"):
        origin_of_run(run)


def test_a_folder_without_a_run(tmp_path):
    with pytest.raises(RegistryError, match=r"run\.json: No such file"):
        origin_of_run(tmp_path)


def test_pictures_that_were_learnt_from(run):
    marks = b"0123456789abcdef\nfedcba9876543210\n"
    (run / "pictures.txt").write_bytes(marks)
    assert origin_of_run(run)["pictures"] == pictures_of_run(run) == marks


@pytest.mark.parametrize(
    "content", [b"0123\n", b"0123456789ABCDEF\n", b"0123456789abcdef", b"\x80\x04K\x01."]
)
def test_what_is_no_list_of_pictures(run, content):
    (run / "pictures.txt").write_bytes(content)
    with pytest.raises(RegistryError, match=r"pictures\.txt is no list of pictures"):
        origin_of_run(run)
