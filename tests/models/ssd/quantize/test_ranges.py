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


@pytest.mark.parametrize("ends", [(-1.0, 3.0), (0.0, 6.0), (2.0, 6.0), (-6.0, -2.0)])
def test_zero_is_on_every_grid(ends):
    grid = grid_over(*ends)
    zero = np.zeros(1, np.float32)
    assert grid.dequantize(grid.quantize(zero))[0] == 0
    least, most = grid.range
    assert least <= min(ends[0], 0) + grid.scale
    assert most >= max(ends[1], 0) - grid.scale


def test_there_and_back_is_within_half_a_step():
    grid = grid_over(-1.0, 3.0)
    values = np.linspace(*grid.range, 999, dtype=np.float32)
    assert np.abs(grid.dequantize(grid.quantize(values)) - values).max() <= grid.scale * 0.5001


def test_an_empty_range_is_refused():
    with pytest.raises(ValueError, match="needs a range"):
        grid_over(0.0, 0.0)
