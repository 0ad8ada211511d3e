"""All changes together: a marker stays under its box, and a seed draws the same again."""

import numpy as np
import pytest

from models.training.augmentation import Augmentation
from models.training.example import Example
from models.training.recipe import AugmentationRecipe
from tests.models.training.test_view import markers_box

FILL = (123.0, 117.0, 104.0)


def marked(box, size=(200, 260)):
    pixels = np.full((*size, 3), 100, np.uint8)
    pixels[box[0] : box[2], box[1] : box[3]] = (255, 0, 255)
    return Example(pixels, np.array([box], np.float32), np.array([3]), np.array([True]))


def test_nothing_asked_for_is_the_picture_as_it_is_served():
    none = AugmentationRecipe(colors=0, expand=0, crop=0, flip=0)
    seen = Augmentation(none, (100, 130), FILL)(marked((50, 60, 90, 100)), np.random.default_rng(0))
    assert seen.boxes.tolist() == [[25, 30, 45, 50]]
    assert seen.judged.all()


@pytest.mark.parametrize("seed", range(60))
def test_a_marker_stays_under_its_box(seed):
    geometry = AugmentationRecipe(colors=0, expand=0.5, expand_most=2.0, crop=1.0, flip=0.5)
    example = marked((60, 90, 130, 170))
    seen = Augmentation(geometry, (300, 300), FILL)(example, np.random.default_rng(seed))
    assert np.abs(markers_box(seen.pixels) - seen.boxes[0]).max() <= 2


def test_a_seed_draws_the_same_again():
    augmentation = Augmentation(AugmentationRecipe(), (64, 64), FILL)
    example = marked((60, 90, 130, 170))
    first, again, other = (augmentation(example, np.random.default_rng(seed)) for seed in (4, 4, 5))
    assert (first.pixels == again.pixels).all()
    assert (first.boxes == again.boxes).all()
    assert (first.pixels != other.pixels).any()


def test_what_became_too_small_is_not_learnt():
    none = AugmentationRecipe(colors=0, expand=0, crop=0, flip=0)
    example = marked((10, 10, 12, 60), size=(400, 400))
    seen = Augmentation(none, (100, 100), FILL)(example, np.random.default_rng(0))
    assert seen.judged.tolist() == [False]
    assert len(seen.boxes) == 1


def test_empty_pictures():
    example = Example(
        np.zeros((30, 40, 3), np.uint8), np.empty((0, 4), np.float32), np.empty(0, np.intp),
        np.empty(0, bool),
    )  # fmt: skip
    seen = Augmentation(AugmentationRecipe(), (64, 64), FILL)(example, np.random.default_rng(1))
    assert seen.pixels.shape == (64, 64, 3)
    assert seen.boxes.shape == (0, 4)
