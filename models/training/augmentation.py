"""Pictures as they might have been: the augmentation of SSD, pixels and boxes together."""

from dataclasses import dataclass

import numpy as np

from .example import Example
from .photometric import distort
from .recipe import AugmentationRecipe
from .view import cropped, expanded, look, mirrored, whole

_LEAST_SIDE = 3.0
"""Pixels of the input: a box that is narrower is too small to be learnt, and no mistake either."""


@dataclass(frozen=True, slots=True)
class Augmentation:
    """What may be done to a picture.

    Attributes:
        recipe: How likely each change is.
        size: Rows and columns of the network's input.
        fill: Red, green and blue of an empty canvas: what the network takes for zero.
    """

    recipe: AugmentationRecipe
    size: tuple[int, int]
    fill: tuple[float, float, float]

    def __call__(self, example: Example, random: np.random.Generator) -> Example:
        """Changes a picture.

        Args:
            example: The picture, of any size.
            random: Draws what is done.

        Returns:
            A picture of the input's size, and the objects that are still seen.
        """
        recipe = self.recipe
        chance = random.random(4)
        frame = whole(example)
        if chance[0] < recipe.expand:
            frame = expanded(example, recipe.expand_most, random)
        if chance[1] < recipe.crop:
            frame = cropped(example, frame, random)
        seen = look(example, frame, self.size, self.fill)
        if chance[2] < recipe.colors:
            seen = Example(distort(seen.pixels, random), seen.boxes, seen.columns, seen.judged)
        if chance[3] < recipe.flip:
            seen = mirrored(seen)
        sides = (seen.boxes[:, 2:] - seen.boxes[:, :2]).min(axis=1, initial=np.inf)
        return Example(seen.pixels, seen.boxes, seen.columns, seen.judged & (sides >= _LEAST_SIDE))
