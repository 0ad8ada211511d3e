import hashlib
import io
import json
import tarfile

import cv2
import numpy as np
import pytest

from models.bundling import photos as module
from models.bundling.errors import FetchFailed
from models.bundling.photos import read_photos


def silent(step, share):
    pass


def picture(color):
    return cv2.imencode(".png", np.full((40, 60, 3), color, np.uint8))[1].tobytes()


@pytest.fixture
def listed(tmp_path, monkeypatch):
    """A package in the cache, with eight photos and a list that names them."""

    def make(files, names):
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w:gz") as archive:
            for name, data in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        digest = hashlib.sha256(content.getvalue()).hexdigest()
        (tmp_path / f"{digest}.tgz").write_bytes(content.getvalue())
        entry = {
            "package": "p",
            "version": "1",
            "sha256": digest,
            "license": "MIT",
            "photos": names,
        }
        (tmp_path / "photos.json").write_text(json.dumps({"packages": [entry]}))
        monkeypatch.setattr(module, "_LIST", tmp_path / "photos.json")
        return tmp_path

    return make


def test_every_fourth_photo_is_held_out_and_all_are_rgb(listed):
    files = {f"package/{n}.png": picture((n, 0, 200)) for n in range(8)}
    cache = listed(files, list(files))
    photos = read_photos((30, 20), cache, silent)
    assert photos.calibration.shape == (6, 30, 20, 3)
    assert photos.held_out.shape == (2, 30, 20, 3)
    assert photos.held_out[:, 0, 0].tolist() == [[200, 0, 3], [200, 0, 7]]
    assert photos.sources[0].photos == 8
    assert photos.digest == hashlib.sha256(photos.calibration.tobytes()).hexdigest()


def test_a_photo_that_is_not_there(listed):
    cache = listed({"package/a.png": picture((1, 2, 3))}, ["package/a.png", "package/b.png"])
    with pytest.raises(FetchFailed, match=r"no photo package/b\.png"):
        read_photos((30, 20), cache, silent)


def test_a_photo_that_is_none(listed):
    cache = listed({"package/a.png": b"text"}, ["package/a.png"])
    with pytest.raises(FetchFailed, match="cannot be decoded"):
        read_photos((30, 20), cache, silent)


def test_the_committed_list_is_pinned_and_free():
    entries = json.loads(module._LIST.read_bytes())["packages"]
    names = [name for entry in entries for name in entry["photos"]]
    assert len(names) == len({(entry["package"], name) for entry in entries
                              for name in entry["photos"]}) >= 100  # fmt: skip
    assert {entry["license"] for entry in entries} == {"MIT"}
    assert all(len(entry["sha256"]) == 64 for entry in entries)
