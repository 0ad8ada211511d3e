"""Colours change as they should, and nothing else does."""

import numpy as np

from models.training.photometric import _recolour, distort

GREY = np.full((8, 8, 3), 100, np.uint8)


def test_most_draws_change_something_and_shapes_stay():
    pictures = [distort(GREY, np.random.default_rng(seed)) for seed in range(60)]
    assert all(each.shape == GREY.shape and each.dtype == np.uint8 for each in pictures)
    assert sum((each != GREY).any() for each in pictures) > 30
    assert any((each == GREY).all() for each in pictures)


def test_brightness_and_contrast_stay_in_their_ranges():
    values = {int(distort(GREY, np.random.default_rng(seed))[0, 0, 0]) for seed in range(300)}
    # 100 +- 32, then times 0.5 to 1.5; saturation and hue leave grey alone.
    assert min(values) >= 34
    assert max(values) <= 198
    assert len(values) > 50


def test_saturation_and_hue_by_hand():
    red = np.full((1, 1, 3), (200, 100, 100), np.uint8)
    assert _recolour(red, 1.0, 0).tolist() == red.tolist()
    assert _recolour(red, 0.0, 0).tolist() == [[[200, 200, 200]]]
    assert _recolour(red, 1.0, 60).tolist() == [[[100, 200, 100]]]  # a third of a turn: green


def test_the_same_seed_gives_the_same_colours():
    noise = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    once, twice = (distort(noise, np.random.default_rng(5)) for _ in range(2))
    assert (once == twice).all()
