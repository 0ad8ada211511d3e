"""Backgrounds are parts of the photos given, or textures."""

from pathlib import Path

import numpy as np

from models.datasets.digits.backgrounds import background, read_photos

SAMPLES = Path(__file__).parents[4] / "samples"


def test_photos_in_order_of_name_and_nothing_else(tmp_path):
    (tmp_path / "notes.txt").write_text("no photo")
    (tmp_path / "b.jpg").write_bytes((SAMPLES / "coffee.jpg").read_bytes())
    (tmp_path / "a.jpg").write_bytes((SAMPLES / "chelsea.jpg").read_bytes())
    first, second = read_photos(tmp_path)
    assert first.shape == (300, 451, 3)
    assert second.shape != first.shape
    assert read_photos(None) == ()


def test_a_photo_is_taken_about_every_second_time():
    """A photo of one colour makes backgrounds of one colour; textures have many."""
    photo = np.full((50, 70, 3), (200, 100, 50), np.uint8)
    made = [background(np.random.default_rng(at), (60, 90), (photo,)) for at in range(100)]
    assert {each.shape for each in made} == {(60, 90, 3)}
    plain = sum(len(np.unique(each.reshape(-1, 3), axis=0)) == 1 for each in made)
    assert 30 < plain < 70


def test_textures_are_neither_black_nor_white():
    for at in range(30):
        made = background(np.random.default_rng(at), (80, 120), ())
        assert 10 < made.mean() < 245
