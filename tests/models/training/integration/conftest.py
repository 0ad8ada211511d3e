"""Digits of nobody's hand on generated textures, without a network or a package."""

import pytest

from models.datasets.digits.glyphs import read_mnist
from models.datasets.digits.making import make_digits, recipe_of
from tests.models.datasets.digits.drawn import write_mnist


@pytest.fixture(scope="session")
def make(tmp_path_factory):
    """Makes a data set of a number of pictures, and gives its folder."""
    root = tmp_path_factory.mktemp("digits")
    glyphs = read_mnist(write_mnist(root / "mnist"))

    def digits(count, seed=0, split="train"):
        folder = root / f"{split}-{seed}-{count}"
        recipe = recipe_of(count, seed, split, glyphs, ())
        make_digits(folder, recipe, glyphs, (), lambda _done, _all: None)
        return folder

    return digits
