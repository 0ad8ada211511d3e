"""The photos every int8 is calibrated with are those of the import; without them, one line."""

import numpy as np
import pytest

from models.bundling.errors import FetchFailed
from models.bundling.photos import Photos

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def calibration_photos():
    from benchmarks.engines.workers import calibration_photos

    return calibration_photos


def photos(count):
    pixels = np.arange(count, dtype=np.uint8)[:, None, None, None] * np.ones(
        (1, 300, 300, 3), np.uint8
    )
    return Photos(pixels, pixels[:1], "", [])


def test_they_are_written_as_the_import_thins_them_out(calibration_photos, tmp_path, monkeypatch):
    monkeypatch.setattr(calibration_photos, "read_photos", lambda size, cache, say: photos(200))
    assert calibration_photos.main(tmp_path / "photos.npy") == 0
    written = np.load(tmp_path / "photos.npy")
    assert written.shape[1:] == (300, 300, 3)
    assert 0 < len(written) <= 200


def test_photos_that_cannot_be_had_are_one_line(calibration_photos, tmp_path, monkeypatch, capsys):
    def refused(size, cache, say):
        raise FetchFailed("the registry does not answer")

    monkeypatch.setattr(calibration_photos, "read_photos", refused)
    assert calibration_photos.main(tmp_path / "photos.npy") == 1
    assert capsys.readouterr().err == "the registry does not answer\n"
    assert not (tmp_path / "photos.npy").exists()
