"""A scene's boxes are just around what was drawn."""

import numpy as np
import pytest

from models.datasets.digits import scene
from models.datasets.digits.glyphs import Digits
from tests.models.datasets.digits.drawn import draw_digits


@pytest.fixture(scope="module")
def digits():
    return Digits(*draw_digits(100, 3))


@pytest.fixture
def scenes(digits, monkeypatch):
    """Sixty, each with the picture before anything was drawn on it."""
    grounds = []

    def kept(*arguments):
        grounds.append(background(*arguments))
        return grounds[-1].copy()

    background = scene.background
    monkeypatch.setattr(scene, "background", kept)
    made = [scene.make_scene(np.random.default_rng((7, at)), digits, ()) for at in range(60)]
    return list(zip(made, grounds, strict=True))


def test_boxes_are_exact(scenes):
    """Nothing is drawn outside; each box's four edges have ink."""
    for made, ground in scenes:
        drawn = (made.pixels != ground).any(2)
        outside = drawn.copy()
        for ymin, xmin, ymax, xmax in made.boxes:
            inside = drawn[ymin:ymax, xmin:xmax]
            for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
                assert edge.any()
            outside[ymin:ymax, xmin:xmax] = False
        assert not outside.any()


def test_one_to_six_that_can_be_seen(scenes):
    counts = {len(made.labels) for made, _ground in scenes}
    assert counts == {1, 2, 3, 4, 5, 6}
    for made, ground in scenes:
        height, width = made.pixels.shape[:2]
        assert made.boxes.min() >= 0
        assert (made.boxes[:, 2:] <= (height, width)).all()
        assert ((made.boxes[:, 2] - made.boxes[:, 0]) * 300 / height >= 24).all()
        for ymin, xmin, ymax, xmax in made.boxes:
            patch = np.s_[ymin:ymax, xmin:xmax]
            apart = np.abs(made.pixels[patch].astype(int) - ground[patch]).max()
            assert apart >= 60


def test_digits_do_not_touch(scenes):
    for made, _ground in scenes:
        canvas = np.zeros(made.pixels.shape[:2], int)
        for ymin, xmin, ymax, xmax in made.boxes:
            canvas[ymin:ymax, xmin:xmax] += 1
        assert canvas.max() == 1


def test_sizes_differ(scenes):
    sizes = np.array([made.pixels.shape[:2] for made, _ground in scenes])
    assert sizes.min() >= 240
    assert sizes.max() <= 640
    assert (sizes.std(0) > 80).all()


def test_the_same_chance_draws_the_same(digits):
    one, same, other = (
        scene.make_scene(np.random.default_rng(seed), digits, ()) for seed in (1, 1, 2)
    )
    assert (one.pixels == same.pixels).all()
    assert (one.boxes == same.boxes).all()
    assert one.pixels.shape != other.pixels.shape
