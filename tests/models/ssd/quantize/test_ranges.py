import numpy as np
import pytest

from models.ssd.convert.grids import grid_over
from models.ssd.quantize.ranges import least_error_grid


def error(grid, sample):
    return float(np.mean((grid.dequantize(grid.quantize(sample)) - sample) ** 2))


def test_an_outlier_does_not_coarsen_the_grid():
    sample = np.random.default_rng(0).normal(size=200_000).astype(np.float32)
    sample[0] = 12.0
    grid = least_error_grid(sample)
    assert grid.range[1] < 9
    assert error(grid, sample) < error(grid_over(float(sample.min()), 12.0), sample)


def test_a_positive_tensor_spends_nothing_below_zero():
    sample = np.random.default_rng(0).uniform(0, 6, 20_000).astype(np.float32)
    grid = least_error_grid(sample)
    assert grid.zero_point == -128
    assert grid.range == pytest.approx((0.0, 6.0), abs=0.2)


def test_a_silent_tensor_has_a_grid_all_the_same():
    assert least_error_grid(np.zeros(10, np.float32)).scale > 0
