"""What a run's folder keeps, and when it is refused."""

import subprocess

import pytest

from models.training.errors import BadRun
from models.training.run_folder import (
    DataNote,
    RunFolder,
    RunNote,
    commit_now,
    versions_now,
)

NOTE = RunNote(
    network="ssdlite-mobilenet-v2", anchors="ssdlite", labels=("a",), class_ids=(1,), start="fresh",
    license="MIT", seed=0, deterministic=False, backend="jax", commit="", versions={}, machine="m",
    data=DataNote(folder="/d", sha256="0" * 64, pictures=3, measured=1, set_aside=0),
)  # fmt: skip


def test_there_and_back(tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.create(NOTE, "epochs: 1\n", "0123456789abcdef\n")
    assert folder.note() == NOTE
    assert folder.recipe.read_text() == "epochs: 1\n"
    assert folder.pictures.read_text() == "0123456789abcdef\n"
    assert folder.read_figures() == []
    folder.add_figures({"epoch": 1, "mAP": 0.5})
    folder.add_figures({"epoch": 2, "mAP": 0.25})
    assert [row["mAP"] for row in folder.read_figures()] == [0.5, 0.25]


def test_a_place_with_something_in_it_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    RunFolder(tmp_path / "empty").create(NOTE, "", "")
    for place in (tmp_path, tmp_path / "empty", tmp_path / "empty/run.json"):
        with pytest.raises(BadRun, match=r"is taken: choose another --out"):
            RunFolder(place).create(NOTE, "", "")


def test_what_is_no_run(tmp_path):
    with pytest.raises(BadRun, match=r"is no run: it has no run\.json"):
        RunFolder(tmp_path).note()
    for content in (b"", b"{}", b"[1]", b"\xff"):
        (tmp_path / "run.json").write_bytes(content)
        with pytest.raises(BadRun, match=r"run\.json is not usable"):
            RunFolder(tmp_path).note()


def test_the_commit_is_this_checkouts(monkeypatch, tmp_path):
    told = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert told.returncode != 0
    assert len(commit_now().removesuffix("-dirty")) in {0, 40}
    monkeypatch.setenv("PATH", str(tmp_path))  # no git
    assert commit_now() == ""


def test_versions():
    assert {"python", "numpy"} <= versions_now().keys()
