"""What becomes of an answered picture: counted in any case, kept where that was asked for."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from handler.errors import SettingError
from handler.picture import Picture
from handler.sightings import Sightings
from models.ssd.detections import Detections
from models.ssd.settings import Settings

CAT = (Path(__file__).parents[2] / "samples" / "chelsea.jpg").read_bytes()
USUAL = Settings(0.5, 0.5, 100, 100)
MODEL = {"name": "cats", "version": "1", "digest": "abc"}
FOUND = Detections(
    ("cat",), np.ones(1, np.int64), np.array([0.75], np.float32),
    np.array([[0, 0, 10, 10]], np.float32), 300, 451,
)  # fmt: skip


def seen(environ):
    made = Sightings(environ, USUAL, MODEL, "cats@1 (abc)")
    made.add(Picture(CAT, format="JPEG"), SimpleNamespace(detections=FOUND), USUAL)
    return made


def counted(made):
    return {(name, *labels.values()): value for name, _, _, labels, value in made.series()}


def test_it_is_counted_and_nothing_is_kept(tmp_path):
    made = seen({"KEEP_SAMPLES_DIR": str(tmp_path)})
    assert counted(made)["ssd_detections_total", "cat"] == 1
    assert list(tmp_path.iterdir()) == []


def test_it_is_kept_in_the_functions_own_folder_where_a_share_is_set(tmp_path):
    made = seen({"KEEP_SAMPLES": "1", "FUNCTION_STATE_DIR": str(tmp_path)})
    made._samples.settle()
    assert counted(made)["ssd_pictures_total", "yes"] == 1
    (picture,) = (tmp_path / "samples").glob("*.jpg")
    assert picture.read_bytes() == CAT


def test_without_a_place_nothing_starts():
    with pytest.raises(SettingError, match="KEEP_SAMPLES_DIR"):
        seen({"KEEP_SAMPLES": "1"})
