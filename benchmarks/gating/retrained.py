"""Retrained models without training: recorded detections, changed as another seed changes them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.datasets.record import DataSet
from models.evaluation.annotations import AnnotatedImages, annotated_images
from models.evaluation.precision import Found, Matches
from models.evaluation.resampling import Judged
from models.evaluation.run import by_picture
from models.registry.gate.answers import sure
from models.registry.gate.golden import right_pictures
from models.ssd.labels import Labels

_STEPS = 6
_LEAST = 0.05
"""Confidence of a detection that is recorded."""
_NEAR = 0.02
"""Points by which a model may miss how much worse it is meant to be."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How much two trainings of the same recipe differ.

    Attributes:
        logit: Standard deviation of the change of a confidence's logit.
        edge: Standard deviation of the move of a box's edge, as a share of its side.
    """

    logit: float = 0.5
    edge: float = 0.03


@dataclass(frozen=True, slots=True)
class Population:
    """Many answers of models that are exactly as good as one another, taken together.

    Attributes:
        precision: Their mAP in points.
        judged: Every class, over all copies of all pictures.
        right: bool ``[M * N]``: whether each copy of each picture is answered right.
        dropped: Share of the detections that are missing.
    """

    precision: float
    judged: Sequence[Judged]
    right: npt.NDArray[np.bool_]
    dropped: float


class Retrainings:
    """Copies of the pictures, each answered by a training of its own.

    Args:
        data: The pictures.
        found: What the recorded model found in them.
        labels: Its classes.
        copies: How many answers there are to each picture.
        noise: How much they differ.
        seed: What is drawn is drawn from it.
    """

    def __init__(  # pylint: disable=too-many-arguments,too-many-positional-arguments # one a choice
        self,
        data: DataSet,
        found: Sequence[Found],
        labels: Labels,
        copies: int,
        noise: Noise,
        seed: int,
    ) -> None:
        random = np.random.default_rng(seed)
        places = {picture.image_id: at for at, picture in enumerate(data.pictures)}
        self.data = replace(data, pictures=tuple(
            replace(picture, image_id=copy * len(data.pictures) + at + 1)
            for copy in range(copies) for at, picture in enumerate(data.pictures)
        ))  # fmt: skip
        self.images: AnnotatedImages = annotated_images(self.data, labels)
        self._found = [
            _changed(each, copy * len(data.pictures) + places[each["image_id"]] + 1, noise, random)
            for copy in range(copies) for each in found if each["score"] >= _LEAST
        ]  # fmt: skip
        self._kept = random.random(len(self._found))

    def population(self, dropped: float = 0.0) -> Population:
        """Answers where a share of the detections is missing."""
        found = self._without(dropped)
        matches = Matches(self.images, found)
        right = np.zeros(len(self.data.pictures), np.bool_)
        answers = sure(by_picture(self.data, found), 0.5)
        right[list(right_pictures(self.data, answers))] = True
        return Population(matches.precision().mean, matches.judged(), right, dropped)

    def worse(self, points: float, than: float) -> Population:
        """Answers that are so many points worse than others, by missing more."""
        dropped = points / than  # what is missed costs about as much
        for _ in range(_STEPS):
            cost = than - Matches(self.images, self._without(dropped)).precision().mean
            if abs(cost - points) < _NEAR:
                break
            dropped *= points / cost
        return self.population(dropped)

    def _without(self, dropped: float) -> list[Found]:
        return [each for each, kept in zip(self._found, self._kept, strict=True) if kept >= dropped]


def _changed(each: Found, image_id: int, noise: Noise, random: np.random.Generator) -> Found:
    score = min(max(each["score"], 1e-6), 1 - 1e-6)
    logit = np.log(score / (1 - score)) + random.normal(0, noise.logit)
    x, y, width, height = each["bbox"]
    left, right = random.normal(0, noise.edge * width, 2)
    up, down = random.normal(0, noise.edge * height, 2)
    return {
        **each,
        "image_id": image_id,
        "score": float(1 / (1 + np.exp(-logit))),
        "bbox": [x + left, y + up, max(width + right - left, 1.0), max(height + down - up, 1.0)],
    }
