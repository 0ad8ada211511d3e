"""The curve lies where the figures say."""

import numpy as np
from PIL import Image

from models.training.curve import _COLORS, draw_curve


def column_of(picture, color, x):
    """Rows of a picture's column that have a colour."""
    return np.flatnonzero((picture[:, x] == color).all(axis=1))


def test_loss_falls_and_precision_rises(tmp_path):
    file = tmp_path / "curve.png"
    rows = [{"epoch": epoch, "loss": 4.0 / epoch, "mAP": 0.2 * epoch} for epoch in range(1, 5)]
    draw_curve(file, rows)
    with Image.open(file) as opened:
        picture = np.asarray(opened.convert("RGB"))
    for name, first, last in (("loss", 30, 270), ("mAP", 286, 94)):
        start = column_of(picture[20:], _COLORS[name], 210).mean() + 20
        end = column_of(picture[20:], _COLORS[name], 660).mean() + 20
        assert abs(start - first) < 8
        assert abs(end - last) < 8


def test_one_measurement_and_none(tmp_path):
    draw_curve(tmp_path / "a.png", [{"epoch": 1, "loss": 0.0}])
    draw_curve(tmp_path / "b.png", [])
    with Image.open(tmp_path / "b.png") as picture:
        assert picture.size == (720, 400)
    assert not list(tmp_path.glob("*.part"))
