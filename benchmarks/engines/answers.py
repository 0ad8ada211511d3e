"""What an engine answered, held against the reference, so that none is fast by being wrong."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.harness.errors import BenchmarkError

Floats = npt.NDArray[np.float32]

FLOAT32_LIMIT = 1e-3
"""Largest difference of a probability between float32 engines: they compute the same network."""


@dataclass(frozen=True)
class Difference:
    """How far an engine's answer is from the reference's.

    Attributes:
        largest: The largest difference of a class probability, 0..1; NaN where an answer is NaN.
        same: Share of the anchors whose likeliest class is the same, 0..1.
    """

    largest: float
    same: float

    def __str__(self) -> str:
        return (
            f"largest difference of a probability {self.largest:.2g}, "
            f"same class at {self.same:.1%} of the anchors"
        )


def difference(answer: Path, reference: Path) -> Difference:
    """Compares two answers.

    Args:
        answer: ``.npz`` of an engine: ``scores`` ``[1, A, C]`` before softmax, ``offsets``.
        reference: The same of the reference.

    Raises:
        BenchmarkError: The answers have other shapes.
    """
    theirs, wanted = (_probabilities(file) for file in (answer, reference))
    if theirs.shape != wanted.shape:
        raise BenchmarkError(
            f"answers scores of shape {theirs.shape} where the reference has {wanted.shape}"
        )
    same = theirs.argmax(axis=2) == wanted.argmax(axis=2)
    return Difference(float(np.abs(theirs - wanted).max()), float(same.mean()))


def _probabilities(file: Path) -> Floats:
    """Softmax over the class columns, ``[1, A, C]``, 0..1."""
    with np.load(file, allow_pickle=False) as answer:
        scores = answer["scores"].astype(np.float32)
    powers = np.exp(scores - scores.max(axis=2, keepdims=True))
    return np.asarray(powers / powers.sum(axis=2, keepdims=True))
