"""Which pictures an epoch shows, in which order: drawn anew for each, the same for one seed."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..datasets.record import Annotated

_ORDER, _REPEATS = 1, 2
"""What is drawn has a number of its own, so that no two draws are alike."""


def repeat_factors(pictures: Sequence[Annotated], below: float) -> npt.NDArray[np.float64]:
    """How often each picture is to be shown an epoch (LVIS, arXiv:1908.03195, section 5.3).

    Class c is in a share f(c) of the pictures; it is to be shown ``max(1, sqrt(below / f(c)))``
    times as often, and a picture as often as its rarest class.

    Args:
        pictures: The pictures.
        below: The share below which a class is rare; 0 for none.

    Returns:
        float64 ``[N]``, at least 1.
    """
    present = [np.unique(picture.columns[picture.judged]) for picture in pictures]
    factors = np.ones(len(pictures))
    if not any(len(each) for each in present):
        return factors
    shares = np.bincount(np.concatenate(present)) / len(pictures)
    wanted = np.sqrt(below / np.maximum(shares, 1e-12))
    for index, columns in enumerate(present):
        factors[index] = max(1.0, wanted[columns].max(initial=1.0))
    return factors


def epoch_order(factors: npt.NDArray[np.float64], seed: int, epoch: int) -> npt.NDArray[np.intp]:
    """The pictures of one epoch.

    Args:
        factors: How often each is to be shown; a fraction is a chance.
        seed: The run's.
        epoch: Its number.

    Returns:
        Positions of pictures, in the order in which they are shown.
    """
    chance = np.random.default_rng([seed, _REPEATS, epoch]).random(len(factors))
    times = np.floor(factors).astype(np.intp)
    times += chance < factors - times
    order = np.repeat(np.arange(len(factors)), times)
    return np.random.default_rng([seed, _ORDER, epoch]).permutation(order)


def picture_random(seed: int, epoch: int, place: int) -> np.random.Generator:
    """What draws a picture's augmentation, by its place in the epoch: no worker changes it."""
    return np.random.default_rng([seed, 0, epoch, place])
