import itertools

import numpy as np
import pytest

from models.ssd.quantize.rounding import nearest, round_depthwise, round_matrix


def cost(matrix, integers, scales, moment):
    error = integers * scales - matrix
    return np.einsum("io,ij,jo->o", error, moment, error)


@pytest.fixture
def correlated():
    """Inputs that move together, as neighbouring channels do."""
    random = np.random.default_rng(1)
    mixed = random.normal(size=(4000, 12)) @ random.normal(size=(12, 12)) + 1.5
    return mixed.T @ mixed / len(mixed)


def test_rounding_by_moment_beats_the_nearest(correlated):
    matrix = np.random.default_rng(2).normal(size=(12, 40)).astype(np.float32)
    plain, plain_scales = nearest(matrix, axis=1)
    integers, scales = round_matrix(matrix, correlated)
    assert np.abs(integers).max() <= 127
    ours = cost(matrix, integers, scales, correlated).sum()
    assert ours < 0.7 * cost(matrix, plain, plain_scales, correlated).sum()


def test_depthwise_rounding_is_the_best_of_all_roundings():
    random = np.random.default_rng(3)
    kernel = random.normal(size=(4, 2)).astype(np.float32)
    taps = random.normal(size=(2, 500, 4)) + 2
    moments = np.einsum("cni,cnj->cij", taps, taps) / 500
    integers, scales = round_depthwise(kernel, moments)
    for channel in range(2):
        weights, scale = kernel[:, channel].astype(np.float64), float(scales[channel])
        best = min(
            (error @ moments[channel] @ error)
            for choice in itertools.product((0, 1), repeat=4)
            for error in [np.clip(np.floor(weights / scale) + choice, -127, 127) * scale - weights]
        )
        error = integers[:, channel] * scale - weights
        assert error @ moments[channel] @ error == pytest.approx(best)


def test_a_depthwise_channels_mean_is_kept():
    # Inputs that hardly vary: what counts is the sum of the weights, and nearest rounding loses it.
    random = np.random.default_rng(4)
    kernel = random.normal(size=(9, 30)).astype(np.float32)
    moments = np.tile(np.ones((9, 9)) + 0.001 * np.eye(9), (30, 1, 1))
    plain, plain_scales = nearest(kernel, axis=1)
    integers, scales = round_depthwise(kernel, moments)
    ours = np.abs((integers * scales).sum(axis=0) - kernel.sum(axis=0)).mean()
    theirs = np.abs((plain * plain_scales).sum(axis=0) - kernel.sum(axis=0)).mean()
    assert ours < theirs / 3


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_dead_inputs_and_dead_weights_are_rounded_too(value):
    moment = np.zeros((5, 5))
    moment[0, 0] = value
    integers, scales = round_matrix(np.full((5, 3), value, np.float32), moment)
    assert np.isfinite(integers).all()
    assert (scales > 0).all()
    depthwise, scales = round_depthwise(np.full((5, 3), value, np.float32), np.zeros((3, 5, 5)))
    assert np.isfinite(depthwise).all()
    assert (scales > 0).all()
